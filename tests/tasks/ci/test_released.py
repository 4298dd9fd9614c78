from __future__ import annotations

from typing import Any

import pytest

from tasks.ci.released import of_code, of_run
from tasks.release.verdict import Verdict


def _run(kind: str, name: str, **labels: str) -> dict[str, Any]:
    return {"state": {"type": kind, "name": name, "message": "as it says"}, "labels": labels}


@pytest.mark.parametrize(
    ("kind", "name", "verdict"),
    [
        ("COMPLETED", "Promoted", Verdict.PASS),
        ("COMPLETED", "AlreadyLive", Verdict.PASS),
        ("COMPLETED", "Stopped", Verdict.PASS),
        ("FAILED", "Stopped", Verdict.INCONCLUSIVE),
        ("FAILED", "Rejected", Verdict.REJECT),
        ("FAILED", "RolledBack", Verdict.REJECT),
        ("FAILED", "Held", Verdict.INCONCLUSIVE),
        ("COMPLETED", "Watching", Verdict.INCONCLUSIVE),
        ("PAUSED", "Suspended", Verdict.INCONCLUSIVE),
        ("FAILED", "Error", Verdict.ERROR),
        ("FAILED", "Failed", Verdict.ERROR),
        ("CRASHED", "Crashed", Verdict.ERROR),
        ("CANCELLED", "Cancelled", Verdict.ERROR),
    ],
)
def test_verdicts(kind: str, name: str, verdict: Verdict) -> None:
    found = of_run("sort@v2", _run(kind, name), "http://here/runs/1")
    assert found is not None
    assert (found.verdict, found.sentence, found.run) == (verdict, "as it says", "http://here/runs/1")


@pytest.mark.parametrize("kind", ["SCHEDULED", "PENDING", "RUNNING", "CANCELLING"])
def test_it_goes_on(kind: str) -> None:
    assert of_run("sort@v2", _run(kind, "Whatever"), "") is None


def test_labels_say_which_release_and_the_verdict_of_a_run_that_crashed_afterwards() -> None:
    labels = {"promptship.release": "rel_1", "promptship.verdict": "Rejected"}
    found = of_run("sort@v2", _run("CRASHED", "Crashed", **labels), "")
    assert found is not None
    assert (found.verdict, found.release) == (Verdict.REJECT, "rel_1")


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_exit_codes_of_a_walk(code: int) -> None:
    from tasks.ci.checked import exit_code

    assert exit_code(of_code(code), "inconclusive") == code
