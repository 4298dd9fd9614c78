from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.ledger.deferred import defer


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """On the path; what is imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("slow", "broken"):
        sys.modules.pop(name, None)


def test_it_is_loaded_when_it_is_used(folder: Path) -> None:
    (folder / "slow.py").write_text("import pathlib; pathlib.Path(__file__).with_name('loaded').touch()\nanswer = 42\n")
    defer("slow")
    slow = importlib.import_module("slow")
    assert not (folder / "loaded").exists()
    assert (slow.answer, (folder / "loaded").exists()) == (42, True)
    assert importlib.import_module("slow").answer == 42
    with pytest.raises(AttributeError):
        _ = slow.question


def test_what_cannot_be_loaded_says_so_each_time(folder: Path) -> None:
    (folder / "broken.py").write_text("raise ImportError('a library is missing')")
    defer("broken")
    broken = importlib.import_module("broken")
    for _ in range(2):
        with pytest.raises(ImportError, match="a library is missing"):
            _ = broken.answer


def test_what_is_loaded_stays(folder: Path) -> None:
    before = sys.modules["pathlib"]
    defer("pathlib")
    assert sys.modules["pathlib"] is before
