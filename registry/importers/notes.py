"""What an importer has to say about a file: each with the place it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["refused", "code", "environment", "network", "no counterpart", "assumed", "changed"]
"""`code` and `network` are never run or asked, `environment` is never resolved; `assumed` was written without being in
the file, `changed` means the same in other words."""


class Place(NamedTuple):
    """`line` counts from 1."""

    file: str
    line: int

    def down(self, lines: int) -> Place:
        return Place(self.file, self.line + lines)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Note(NamedTuple):
    kind: Kind
    place: Place
    what: str


class Refusal(Exception):
    """A part of a file that does not become a prompt, a case or an assertion, and why."""

    def __init__(self, place: Place, why: str, kind: Kind = "refused") -> None:
        self.place = place
        self.why = why
        self.kind: Kind = kind
        super().__init__(f"{place}: {why}")

    @property
    def note(self) -> Note:
        return Note(self.kind, self.place, self.why)


class Notes:
    """Collects notes, each once."""

    def __init__(self) -> None:
        self._notes: dict[Note, None] = {}

    def add(self, kind: Kind, place: Place, what: str) -> None:
        self._notes[Note(kind, place, what)] = None

    def refuse(self, refusal: Refusal, what: str = "") -> None:
        """Keep a refusal; `what` says what is refused by it."""
        if refusal.kind != "refused":
            self._notes[refusal.note] = None
        why = f"{what}: {refusal.why}" if what else refusal.why
        if what or refusal.kind == "refused":
            self.add("refused", refusal.place, why)

    @property
    def all(self) -> tuple[Note, ...]:
        return tuple(sorted(self._notes, key=lambda note: (note.place, note.kind, note.what)))


def grouped(notes: Sequence[Note]) -> list[tuple[Note, tuple[int, ...]]]:
    """The same thing said of many lines of one file, once, with all its lines."""
    lines: dict[tuple[str, str, str], list[Note]] = {}
    for note in notes:
        lines.setdefault((note.kind, note.place.file, note.what), []).append(note)
    return [(same[0], tuple(sorted({note.place.line for note in same}))) for same in lines.values()]
