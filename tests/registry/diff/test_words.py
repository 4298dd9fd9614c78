from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.diff import words as subject
from registry.diff.words import words

TEXT = st.text(alphabet="ab {}%\n.漢", max_size=40)


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[run.kind].format(run.text) for run in words(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("be brief", "be brief", "be brief"),
        ("be brief", "be kind", "be [-brief-]{+kind+}"),
        ("answer in one word", "answer in two short words", "answer in [-one word-]{+two short words+}"),
        ("a {{ old }} b", "a {{ new }} b", "a [-{{ old }}-]{+{{ new }}+} b"),
        ("", "new", "{+new+}"),
        ("回答は短く", "回答は長く", "回答は[-短-]{+長+}く"),
        ("one\ntwo", "one\n\ntwo", "one[-\n-]{+\n\n+}two"),
    ],
)
def test_what_is_shown(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


@given(TEXT, TEXT)
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    runs = words(before, after)
    assert "".join(run.text for run in runs if run.kind != "new") == before
    assert "".join(run.text for run in runs if run.kind != "gone") == after
    assert all(run.text for run in runs)


def test_texts_too_long_to_compare_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MAX_CELLS", 4)
    assert shown("x a b c y", "x d e f y") == "x [-a b c-]{+d e f+} y"
