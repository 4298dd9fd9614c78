from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tasks.ci.checked import Check, FailOn, Untried, exit_code
from tasks.release.verdict import Verdict

from .conftest import checked, linted, trial

KEY = Untried("gpt cannot be asked: OPENAI_API_KEY is not set", open=True)


@pytest.mark.parametrize(
    ("verdict", "fail_on", "code"),
    [
        (Verdict.PASS, "inconclusive", 0),
        (Verdict.REJECT, "reject", 1),
        (Verdict.INCONCLUSIVE, "inconclusive", 2),
        (Verdict.INCONCLUSIVE, "reject", 0),
        (Verdict.ERROR, "reject", 3),
    ],
)
def test_exit_codes(verdict: Verdict, fail_on: FailOn, code: int) -> None:
    assert exit_code(verdict, fail_on) == code


@pytest.mark.parametrize(
    ("versions", "verdict"),
    [
        ([], Verdict.PASS),
        ([checked()], Verdict.PASS),
        ([checked(KEY)], Verdict.INCONCLUSIVE),
        ([checked(Untried("it behaves exactly as v1 does", open=False))], Verdict.PASS),
        ([checked(trial(Verdict.ERROR)), checked(KEY)], Verdict.ERROR),
        ([checked(trial(Verdict.ERROR)), checked(trial(Verdict.REJECT))], Verdict.REJECT),
        ([checked(lint=linted(Verdict.REJECT))], Verdict.REJECT),
        ([checked(KEY, lint=linted(Verdict.REJECT, readable=False))], Verdict.ERROR),
    ],
)
def test_the_worst_wins(check: Callable[..., Check], versions: list[object], verdict: Verdict) -> None:
    assert check(*versions).verdict is verdict


def test_a_file_beside_the_versions_counts(check: Callable[..., Check]) -> None:
    assert check(checked(), others=(linted(Verdict.REJECT),)).verdict is Verdict.REJECT


def test_the_document_is_json(check: Callable[..., Check]) -> None:
    told = json.loads(json.dumps(check(checked(), checked(KEY, version="v3"), removed=("sort@v1",)).document))
    first, second = told["versions"]
    assert (first["trial"]["difference"]["low"], first["not_tried"]) == (0.12, None)
    assert (second["trial"], second["not_tried"], second["verdict"]) == (None, KEY.why, "inconclusive")
