from __future__ import annotations

from pathlib import Path

import pytest

from tasks.ci.kept import Kept
from tasks.release.verdict import Verdict

from .conftest import trial


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.REJECT, Verdict.INCONCLUSIVE])
def test_a_finished_trial_is_found_by_its_content(tmp_path: Path, verdict: Verdict) -> None:
    kept, done = Kept(tmp_path), trial(verdict)
    kept.keep("ab", done)
    found = Kept(tmp_path).trial("ab")
    assert found is not None
    assert found.reused
    assert found.model_copy(update={"reused": False}) == done
    assert kept.trial("cd") is None


def test_an_error_is_tried_again(tmp_path: Path) -> None:
    Kept(tmp_path).keep("ab", trial(Verdict.ERROR))
    assert Kept(tmp_path).trial("ab") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"verdict": "pass"}'])
def test_what_is_damaged_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    for name in ("ab.json", "spent.json"):
        (tmp_path / name).write_text(text)
    assert Kept(tmp_path).trial("ab") is None
    assert Kept(tmp_path).spent("12") == 0.0


def test_each_pull_request_has_its_own_budget(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "ci")
    kept.spend("12", 0.5)
    kept.spend("13", 0.1)
    kept.spend("12", 0.75)
    assert (kept.spent("12"), kept.spent("13"), kept.spent("14")) == (0.75, 0.1, 0.0)
