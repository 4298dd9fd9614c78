from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import EvalSetError
from tasks.calibration.label import Label, read_labels

GOOD = '{"case": "c1", "answer": "yes", "good": true, "arm": "v2"}'


def test_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(f"{GOOD}\n\n{GOOD.replace('v2', 'v3')}\n")
    assert read_labels(path, {"c1"}) == [Label(case="c1", answer="yes", good=True, arm=arm) for arm in ("v2", "v3")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no label"),
        ("{", r"labels\.jsonl:1: Invalid JSON"),
        ('{"case": "c1", "answer": "yes", "good": "perhaps"}', r"labels\.jsonl:1: .*boolean"),
        (GOOD.replace("c1", "c9"), "the set has no case 'c9'"),
        (f"{GOOD}\n{GOOD}", r"labels\.jsonl:2: this label is there already"),
        (GOOD.replace("arm", "arms"), "Extra inputs"),
    ],
)
def test_says_which_line_is_none(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(text)
    with pytest.raises(EvalSetError, match=says):
        read_labels(path, {"c1"})
