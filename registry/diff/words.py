"""Two texts, word by word. A template expression is one word; scripts without spaces are compared by character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MAX_CELLS = 16_000_000
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"\{{\{{.*?\}}\}}|\{{%.*?%\}}|\s+|[{_UNSPACED}]|[^\W{_UNSPACED}]+|.", re.DOTALL)


class Run(NamedTuple):
    """Words in a row that are in both texts, only in the older (`gone`), or only in the newer (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


class _Stretch(NamedTuple):
    same: bool
    before: str
    after: str


def tokens(text: str) -> list[str]:
    """Words, spaces and marks; joined they are the text again."""
    return _WORD.findall(text)


def words(before: str, after: str) -> tuple[Run, ...]:
    """`same` and `gone` joined are `before`; `same` and `new` joined are `after`."""
    runs: list[Run] = []
    for stretch in _joined(list(_stretches(tokens(before), tokens(after)))):
        if stretch.same:
            runs.append(Run("same", stretch.after))
            continue
        runs += [run for run in (Run("gone", stretch.before), Run("new", stretch.after)) if run.text]
    return tuple(runs)


def _stretches(before: Sequence[str], after: Sequence[str]) -> Iterator[_Stretch]:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    yield _Stretch(True, "".join(before[:head]), "".join(after[:head]))
    if len(old) * len(new) > MAX_CELLS:
        yield _Stretch(False, "".join(old), "".join(new))
    else:
        for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            yield _Stretch(kind == "equal", "".join(old[i:i_end]), "".join(new[j:j_end]))
    yield _Stretch(True, "".join(before[len(before) - tail :]), "".join(after[len(after) - tail :]))


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """How many are the same from the start."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(before), len(after)))


def _joined(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """A space between two changes belongs to them: phrases are read, not words."""
    joined: list[_Stretch] = []
    given = [stretch for stretch in stretches if stretch.before or stretch.after]
    for index, stretch in enumerate(given):
        between = 0 < index < len(given) - 1 and stretch.same and stretch.after.isspace() and "\n" not in stretch.after
        same = stretch.same and not between
        if joined and joined[-1].same == same:
            last = joined.pop()
            stretch = _Stretch(same, last.before + stretch.before, last.after + stretch.after)  # noqa: PLW2901
        joined.append(stretch._replace(same=same))
    return joined
