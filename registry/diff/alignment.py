"""Which paragraph of the older version became which of the newer: kept, respaced, reworded, moved, added, removed.

Longest common runs first; what is left over is paired by equal text anywhere (a move), by likeness in the same place
(a rewording), then by strong likeness anywhere (a move with changes). Likeness is the Dice coefficient of the words.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from .paragraphs import Paragraph
from .words import Run, tokens, words

REWORDED = 0.4
MOVED = 0.75
_WORDS_TO_MOVE = 2


class Kind(StrEnum):
    SAME = "same"
    WHITESPACE = "whitespace"
    CHANGED = "changed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """One paragraph, or the opening of a message. `words` are of a changed one, and of a moved one that changed."""

    kind: Kind
    before: Paragraph | None
    after: Paragraph | None
    words: tuple[Run, ...] = ()

    @property
    def paragraph(self) -> Paragraph:
        found = self.after or self.before
        assert found is not None
        return found


@dataclass
class _Pairs:
    """Newer index to older index; `moved` are newer indexes."""

    before: Sequence[Paragraph]
    after: Sequence[Paragraph]
    older: dict[int, int] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)

    def gone(self, among: range | None = None) -> list[int]:
        taken = set(self.older.values())
        return [index for index in among or range(len(self.before)) if index not in taken]

    def new(self, among: range | None = None) -> list[int]:
        return [index for index in among or range(len(self.after)) if index not in self.older]

    def move(self, i: int, j: int) -> None:
        self.older[j] = i
        self.moved.add(j)


def align(before: Sequence[Paragraph], after: Sequence[Paragraph]) -> tuple[Change, ...]:
    """Every paragraph of both once, in the order of `after`; what was removed stands where it was."""
    pairs = _Pairs(before, after)
    matcher = SequenceMatcher(None, [one.key for one in before], [one.key for one in after], autojunk=False)
    blocks = []
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        if kind == "equal":
            pairs.older.update(zip(range(j, j_end), range(i, i_end), strict=True))
        elif kind == "replace":
            blocks.append((range(i, i_end), range(j, j_end)))
    _equal_elsewhere(pairs)
    for gone, new in blocks:
        _alike_here(pairs, pairs.gone(gone), pairs.new(new))
    _alike_elsewhere(pairs)
    return tuple(_in_order(pairs))


def likeness(one: Paragraph, other: Paragraph) -> float:
    """2 x the shared words over all words, 0 to 1."""
    if one.opens or other.opens:
        return 0.0
    first, second = _bag(one), _bag(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0


def _bag(paragraph: Paragraph) -> Counter[str]:
    return Counter(word for word in tokens(paragraph.text.casefold()) if word.strip())


def _equal_elsewhere(pairs: _Pairs) -> None:
    for j in pairs.new():
        wanted = pairs.after[j]
        if len(wanted.squeezed.split()) < _WORDS_TO_MOVE:
            continue
        equal = [i for i in pairs.gone() if pairs.before[i].key == wanted.key]
        if equal:
            pairs.move(min(equal, key=lambda i: abs(i - j)), j)


def _alike_here(pairs: _Pairs, gone: Sequence[int], new: Sequence[int]) -> None:
    """The most alike first, never crossing: reworded paragraphs keep their order."""
    kept: list[tuple[int, int]] = []
    for score, i, j in _scored(pairs, gone, new):
        if score >= REWORDED and all((i - a) * (j - b) > 0 for a, b in kept):
            kept.append((i, j))
    openings = [i for i in gone if pairs.before[i].opens], [j for j in new if pairs.after[j].opens]
    if len(openings[0]) == len(openings[1]) == 1:
        kept.append((openings[0][0], openings[1][0]))
    pairs.older.update({j: i for i, j in kept})


def _alike_elsewhere(pairs: _Pairs) -> None:
    taken: set[int] = set()
    for score, i, j in _scored(pairs, pairs.gone(), pairs.new()):
        if score >= MOVED and i not in taken and j not in pairs.older:
            taken.add(i)
            pairs.move(i, j)


def _scored(pairs: _Pairs, gone: Sequence[int], new: Sequence[int]) -> list[tuple[float, int, int]]:
    scores = [(likeness(pairs.before[i], pairs.after[j]), i, j) for i in gone for j in new]
    return sorted(scores, key=lambda entry: (-entry[0], entry[1], entry[2]))


def _in_order(pairs: _Pairs) -> Iterator[Change]:
    removed = deque(pairs.gone())
    for j, paragraph in enumerate(pairs.after):
        bound = _next_kept(pairs, j)
        while removed and removed[0] < bound:
            yield Change(Kind.REMOVED, pairs.before[removed.popleft()], None)
        if j in pairs.older:
            yield _paired(pairs.before[pairs.older[j]], paragraph, j in pairs.moved)
        else:
            yield Change(Kind.ADDED, None, paragraph)
    yield from (Change(Kind.REMOVED, pairs.before[i], None) for i in removed)


def _next_kept(pairs: _Pairs, j: int) -> int:
    """The older place of the next paragraph that stayed in order: what was removed before it is told before it."""
    kept = (pairs.older[k] for k in range(j, len(pairs.after)) if k in pairs.older and k not in pairs.moved)
    return next(kept, len(pairs.before))


def _paired(before: Paragraph, after: Paragraph, moved: bool) -> Change:
    if before.key != after.key:
        kind = Kind.MOVED if moved else Kind.CHANGED
        return Change(kind, before, after, words(before.text, after.text))
    if moved:
        return Change(Kind.MOVED, before, after)
    return Change(Kind.SAME if before.spaced_as(after) else Kind.WHITESPACE, before, after)
