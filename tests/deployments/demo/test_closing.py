from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from deployments.demo import closing
from registry.roots import Roots
from tasks.release.workspace import Workspace


def test_what_did_not_go_as_planned_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is live here, whatever the flow runs said."""
    monkeypatch.setattr(closing, "production_needs", lambda _: [])
    here = Workspace(Roots(home=tmp_path / "home", registry=tmp_path, evalsets=tmp_path))
    out = io.StringIO()
    code = closing.close(here, Console(file=out, width=200), True, False, 61.0)
    assert code == 1
    assert "live in demo: nothing" in out.getvalue()
    assert "not as planned" in out.getvalue()
    assert out.getvalue().endswith("took 1:01\n")
