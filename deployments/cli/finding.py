"""`promptship prompt find`: prompts that are hard-coded in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployments.cli.import_report import printable, tell
from deployments.cli.output import as_json, document, table

_COLUMNS = ("place", "name", "model", "variables", "begins")


@click.command("find")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--draft", "folder", type=click.Path(file_okay=False, path_type=Path), help="Draft a version for each.")
@click.option("--owner", help="Who answers for them; default: 'unassigned'.")
@click.option("--risk", type=click.Choice(["low", "medium", "high"]), help="Default: medium.")
@click.option("--model", help="An entry of models.yaml; default: the one that the call names.")
@as_json
def command(path: Path, folder: Path | None, owner: str | None, risk: Any, model: str | None, json_: bool) -> int:
    """List the prompts in the Python code under PATH; nothing of it is run.

    They are the texts that go to model calls, and the message lists. With --draft a version of each is written below
    that folder; what the code computes becomes an untrusted variable. Exit 1 when a draft was refused.
    """
    from deployments.cli.registry_writing import Wishes, write_all
    from registry.importers.python_prompts import find

    _refuse_others(path)
    found = find(path)
    if folder:
        written, notes = write_all(found, Wishes(None, owner, risk, model), folder)
        tell("prompts", written, notes, json_)
        return int(any(note.kind == "refused" for note in notes))
    rows = [_row(draft) for draft in found.drafts]
    if json_:
        document("found", prompts=rows, notes=[_plain(note) for note in found.notes])
        return 0
    _tell(path, rows)
    for note in found.notes:
        if note.kind == "refused":
            click.echo(printable(f"{note.place}: {note.what}"), err=True)
    return 0


def _refuse_others(path: Path) -> None:
    """Raises UsageError for a file that is no Python."""
    from registry.errors import UsageError

    if path.is_file() and path.suffix != ".py":
        raise UsageError(
            f"{path.name!r} is no Python file",
            expected="a .py file, or a folder of them",
            fix="For promptfoo configs and .prompty files: promptship prompt import",
        )


def _tell(path: Path, rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo(f"no prompts found in the Python code of {path}: no text goes to a model call or a message list")
        return
    table(_COLUMNS, rows)
    click.echo(f"for a version of each: promptship prompt find {path} --draft DIRECTORY")


def _row(draft: Any) -> dict[str, Any]:
    written = " ".join(message.content for message in draft.messages)
    return {
        "place": str(draft.place),
        "name": draft.name,
        "model": draft.models[0].shown if draft.models else None,
        "variables": list(draft.variables),
        "begins": printable(" ".join(written.split())[:60]),
    }


def _plain(note: Any) -> dict[str, Any]:
    return {"kind": note.kind, "file": note.place.file, "line": note.place.line, "what": note.what}
