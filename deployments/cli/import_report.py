"""What an import came to: what was written, and everything that was not taken over as it stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import document

if TYPE_CHECKING:
    from registry.importers.notes import Note

_LINES = 6


def tell(
    kind: str, written: Sequence[Mapping[str, Any]], notes: Sequence[Note], json_: bool, why: str | None = None
) -> None:
    """`why` nothing was written, None when something was, or the notes say it."""
    if json_:
        plain = [{"kind": one.kind, "file": one.place.file, "line": one.place.line, "what": one.what} for one in notes]
        document("import", of=kind, written=written, notes=plain, why=why)
        return
    for one in written:
        counts = f": {one['dev']} cases to tune on, {one['gate']} held out" if "dev" in one else ""
        click.echo(printable(f"wrote {one['path']}{counts}"))
    for line in _said(notes):
        click.echo(printable(line), err=not written)
    if not written:
        click.echo(printable(f"nothing was written{f': {why}' if why else ''}"), err=True)


def _said(notes: Sequence[Note]) -> list[str]:
    from registry.importers.notes import grouped

    said = []
    for note, lines in grouped(notes):
        more = f" (also on {_listed(lines[1:])})" if len(lines) > 1 else ""
        said.append(f"{note.place}: {note.kind}: {note.what}{more}")
    return said


def _listed(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_LINES]))
    more = f" and {len(lines) - _LINES} more lines" if len(lines) > _LINES else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"


def printable(text: str) -> str:
    """Without the characters that move a terminal's cursor: the text is from a file of somebody else."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
