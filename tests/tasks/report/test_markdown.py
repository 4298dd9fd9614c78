from __future__ import annotations

import pytest

from tasks.report.markdown import code, escape, fenced, table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 1.5 %", "plain words, 1.5 %"),
        ("a|b", r"a\|b"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("[click](javascript:x)", r"\[click\](javascript:x)"),
        ("two\nlines", "two lines"),
    ],
)
def test_text_stays_text(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(("text", "fence"), [("x", "```"), ("```sh\nrm\n```", "````"), ("`````", "``````")])
def test_a_fence_is_longer_than_any_inside(text: str, fence: str) -> None:
    lines = fenced(text).splitlines()
    assert (lines[0], lines[-1]) == (f"{fence}text", fence)


@pytest.mark.parametrize(("text", "expected"), [("tr_1", "`tr_1`"), ("a`b\nc", "`ab c`")])
def test_a_code_span_shows_no_backslash_and_is_not_ended(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_missing_cell_is_a_dash_and_a_pipe_breaks_no_row() -> None:
    rows = table(("a", "b"), [(None, "x|y")]).splitlines()
    assert rows[-1] == r"| - | x\|y |"
