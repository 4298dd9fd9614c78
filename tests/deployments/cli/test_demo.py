from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.mark.parametrize("code", [0, 1])
def test_its_end_is_the_exit_code(promptship: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def run(console: Any) -> int:
        console.print("so far so good")
        return code

    monkeypatch.setitem(sys.modules, "deployments.demo.run", SimpleNamespace(run=run))
    assert "so far so good" in promptship("demo").out
    said = promptship("demo", "--json")
    assert (said.code, said.document["exit_code"]) == (code, code)
