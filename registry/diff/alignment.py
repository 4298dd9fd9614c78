"""Which paragraph of the older version became which of the newer: kept, respaced, reworded, moved, added, removed.

Within messages that belong together, common runs come first. What is left over is paired by equal text anywhere (a
move), by likeness in the same place (a rewording), then by strong likeness anywhere (a move with changes).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from .message_pairs import Messages, bag, likeness, message_pairs
from .paragraphs import Paragraph, paragraphs
from .words import Run, words

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
    """One paragraph, or the opening of a message: as it was, None when added, and as it is, None when removed.

    `words` are of a changed one, and of a moved one that changed."""

    kind: Kind
    before: Paragraph | None
    after: Paragraph | None
    words: tuple[Run, ...] = ()

    @property
    def paragraph(self) -> Paragraph:
        """The newer one where there is one."""
        return self.after or self.before or Paragraph(0, "")


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


def align(before: Messages, after: Messages) -> tuple[Change, ...]:
    """Every paragraph of both once, in the order of `after`; what was removed stands where it was."""
    pairs = _Pairs(paragraphs(before), paragraphs(after))
    blocks = [block for i, j in message_pairs(before, after) for block in _common(pairs, i, j)]
    _equal_elsewhere(pairs)
    for gone, new in blocks:
        _alike_here(pairs, pairs.gone(gone), pairs.new(new))
    _alike_elsewhere(pairs)
    return tuple(_in_order(pairs))


def _common(pairs: _Pairs, older: int, newer: int) -> Iterator[tuple[range, range]]:
    """Pairs what two messages have in common, and gives the places where they differ."""
    old = [index for index, one in enumerate(pairs.before) if one.message == older]
    new = [index for index, one in enumerate(pairs.after) if one.message == newer]
    pairs.older[new[0]] = old[0]
    keys = [pairs.before[i].key for i in old[1:]], [pairs.after[j].key for j in new[1:]]
    for kind, i, i_end, j, j_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        here = range(old[0] + 1 + i, old[0] + 1 + i_end), range(new[0] + 1 + j, new[0] + 1 + j_end)
        if kind == "equal":
            pairs.older.update(zip(here[1], here[0], strict=True))
        elif kind == "replace":
            yield here


def _equal_elsewhere(pairs: _Pairs) -> None:
    for j in pairs.new():
        equal = [i for i in pairs.gone() if pairs.before[i].key == pairs.after[j].key and _moves(pairs.after[j])]
        if equal:
            pairs.move(min(equal, key=lambda i: abs(i - j)), j)


def _alike_here(pairs: _Pairs, gone: Sequence[int], new: Sequence[int]) -> None:
    """The most alike first, never crossing: reworded paragraphs keep their order."""
    kept: list[tuple[int, int]] = []
    for score, i, j in _scored(pairs, gone, new):
        if score >= REWORDED and all((i - a) * (j - b) > 0 for a, b in kept):
            kept.append((i, j))
    pairs.older.update({j: i for i, j in kept})


def _alike_elsewhere(pairs: _Pairs) -> None:
    taken: set[int] = set()
    gone = [i for i in pairs.gone() if _moves(pairs.before[i])]
    for score, i, j in _scored(pairs, gone, pairs.new()):
        if score >= MOVED and i not in taken and j not in pairs.older:
            taken.add(i)
            pairs.move(i, j)


def _moves(paragraph: Paragraph) -> bool:
    """A single word is too little to recognize."""
    return len(paragraph.squeezed.split()) >= _WORDS_TO_MOVE


def _scored(pairs: _Pairs, gone: Sequence[int], new: Sequence[int]) -> list[tuple[float, int, int]]:
    """Likeness, older and newer index of all pairs of paragraphs, the most alike first."""
    old = {i: bag(pairs.before[i].text) for i in gone if not pairs.before[i].opens}
    fresh = {j: bag(pairs.after[j].text) for j in new if not pairs.after[j].opens}
    scores = [(likeness(words, others), i, j) for i, words in old.items() for j, others in fresh.items()]
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
