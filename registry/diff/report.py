"""A difference as sections of items: what terminal and markdown both show, before either has its own way with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from ..behavior import short
from . import wording
from .alignment import Change, Kind
from .fields import FieldChange
from .impact import Impact, Level
from .variables import VariableChanges
from .version_diff import VersionDiff
from .words import Run, words

CONTEXT = 80
"""Characters of unchanged text that are shown on each side of a change."""
LONG = 60


class Item(NamedTuple):
    """`runs` is text shown below the head."""

    head: str
    runs: tuple[Run, ...] = ()
    level: Level = Level.SAFE


class Section(NamedTuple):
    title: str
    items: tuple[Item, ...]


def title(diff: VersionDiff) -> str:
    before, after = diff.before, diff.after
    return f"{before.version.name} -> {after.version.name}"


def behaviors(diff: VersionDiff) -> str:
    return f"{short(diff.before.behavior.sha)} -> {short(diff.after.behavior.sha)}"


def sections(diff: VersionDiff) -> list[Section]:
    """Those with something in them, the components in their fixed order."""
    found = [
        Section("changed", (Item(wording.summary(diff)), Item(wording.tokens(diff.tokens)))),
        Section("callers", _impacts(diff)),
        Section("text", tuple(_text(diff.text_changes))),
        Section("variables", tuple(_variables(diff.variables))),
        *(Section(name, tuple(map(_field, changes))) for name, changes in diff.settings.items()),
        Section("not behavior", tuple(map(_field, diff.about))),
        Section("taken back" if diff.backwards else "by", tuple(_steps(diff))),
    ]
    return [section for section in found if section.items]


def clipped(runs: Iterable[Run]) -> Iterator[Run]:
    """Unchanged text far from a change is left out."""
    given = list(runs)
    for index, run in enumerate(given):
        if run.kind != "same" or len(run.text) <= 2 * CONTEXT + LONG:
            yield run
            continue
        head = run.text[:CONTEXT] if index > 0 or len(given) == 1 else ""
        tail = run.text[-CONTEXT:] if index < len(given) - 1 else ""
        yield Run("same", f"{head} … {tail}")


def _impacts(diff: VersionDiff) -> tuple[Item, ...]:
    if not ({"prompt", "output"} & set(diff.components)):
        return ()
    return (Item(wording.CALLERS[diff.level], level=diff.level), *map(_impact, diff.impacts))


def _impact(impact: Impact) -> Item:
    return Item(f"{impact.where}: {impact.what}", level=impact.level)


def _text(changes: Iterable[Change]) -> Iterator[Item]:
    """What was added or removed in a row within a message is one item."""
    for (kind, _), group in groupby(changes, key=lambda change: (change.kind, change.paragraph.message)):
        if kind in (Kind.ADDED, Kind.REMOVED):
            yield _block(list(group), "new" if kind is Kind.ADDED else "gone")
        else:
            yield from map(_paragraph, group)


def _block(row: list[Change], kind: Literal["new", "gone"]) -> Item:
    text = "".join(change.paragraph.gap + change.paragraph.text for change in row).lstrip("\n")
    return Item(wording.headline(row[0]), tuple(clipped([Run(kind, text)])))


def _paragraph(change: Change) -> Item:
    head = wording.headline(change)
    if change.words and not change.paragraph.opens:
        return Item(head, tuple(clipped(change.words)))
    moved = change.kind is Kind.MOVED
    return Item(head, tuple(clipped([Run("same", change.paragraph.text)])) if moved else ())


def _variables(changes: VariableChanges) -> Iterator[Item]:
    yield from (Item(f"added: {name}") for name in changes.added)
    yield from (Item(f"removed: {name}") for name in changes.removed)
    yield from map(_field, changes.changed)


def _field(change: FieldChange) -> Item:
    path, before, after = change.path or "all of it", change.before, change.after
    if isinstance(before, str) and isinstance(after, str) and len(before) + len(after) > LONG:
        return Item(f"{path}:", tuple(clipped(words(before, after))))
    return Item(f"{path}: {wording.value(before)} -> {wording.value(after)}")


def _steps(diff: VersionDiff) -> Iterator[Item]:
    for step in diff.steps:
        components = ", ".join(step.components) or "no behavior"
        yield Item(f"{step.version} {step.author} ({components}): {' '.join(step.why.split())}")
