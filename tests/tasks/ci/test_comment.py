from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tasks.ci.checked import Check, Checked, Untried
from tasks.ci.comment import LIMIT, MARK, comment
from tasks.release.verdict import Verdict

from .conftest import checked, linted, trial


def test_it_shows_scores_with_their_interval(check: Callable[..., Check]) -> None:
    said = comment(check(checked(diff="## what changed\n")))
    assert said.startswith(MARK)
    assert "+35.3 points (+12.0 to +58.0)" in said
    assert "0.800, <code>v1</code> 0.400" in said
    assert "<details><summary>What changed</summary>\n\n## what changed" in said
    assert "0.12 USD" in said


def test_it_says_what_was_not_tried_and_what_was_known(check: Callable[..., Check]) -> None:
    key = Untried("gpt cannot be asked: OPENAI_API_KEY is not set", open=True)
    said = comment(check(checked(key), checked(trial(reused=True), version="v3")))
    assert "not tried" in said
    assert "OPENAI&#95;API&#95;KEY is not set" in said
    assert "pass, of 2026-11-21" in said


def test_nothing_in_it_is_markup(check: Callable[..., Check], hostile: Checked) -> None:
    said = comment(check(hostile))
    assert not re.search(r"@team|<script|\]\(|```|\x00|(?<!&)#12", said)
    rows = [line for line in said.splitlines() if line.startswith("| <code>c1")]
    assert [row.count("|") for row in rows] == [7]


@pytest.mark.parametrize("count", [3, 400])
def test_it_fits_and_says_what_does_not(check: Callable[..., Check], count: int) -> None:
    long = [checked(version=f"v{number}", diff="x" * 50_000) for number in range(1, count + 1)]
    said = comment(check(*long))
    assert len(said) < LIMIT
    assert "too long for a comment" in said
    assert ("do not fit" in said) == (count == 400)


def test_nothing_changed(check: Callable[..., Check]) -> None:
    assert "No prompt version behaves differently" in comment(check())


def test_files_beside_the_versions_and_what_is_gone(check: Callable[..., Check]) -> None:
    said = comment(check(others=(linted(Verdict.REJECT),), removed=("sort@v1",)))
    assert "rejected" in said
    assert "Removed: <code>sort&#64;v1</code>" in said
