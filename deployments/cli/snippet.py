"""`promptship snippet`: the passages that prompts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here

_COLUMNS = ("snippet", "owner", "included by", "says")
_SHOWN = 60
"""Characters of a text in the table."""


@click.group("snippet", cls=Verbs)
def command() -> None:
    """The passages that prompts share."""


@command.command("list")
@click.argument("snippet", required=False)
@as_json
def list_(snippet: str | None, json_: bool) -> None:
    """Every version of every snippet, or of SNIPPET, with the prompt versions that include it."""
    from deployments.cli.registry_here import Here

    rows = _rows(Here.find(), snippet)
    if json_:
        document("snippets", snippets=rows)
    elif rows:
        table(_COLUMNS, [_short(row) for row in rows])
    else:
        click.echo("no snippets: they are written as registry/snippets/<id>/v1.yaml")


def _rows(here: Here, wanted: str | None) -> list[dict[str, Any]]:
    """Raises UnknownPrompt for a snippet that there is not."""
    snippets = here.catalog.snippets
    names = [name for name in snippets.names() if wanted in (None, name, name.partition("@")[0])]
    if wanted and not names:
        raise _unknown(wanted, list(snippets.versions))
    users = _users(here)
    return [_row(here, name, users.get(name, [])) for name in names]


def _users(here: Here) -> dict[str, list[str]]:
    """The prompt versions that can be read, by each snippet in them."""
    found: dict[str, list[str]] = {}
    for prompt in here.catalog.prompts():
        for side in here.sides(prompt):
            for name in here.catalog.included(side.version):
                found.setdefault(name, []).append(side.version.name)
    return found


def _row(here: Here, name: str, users: list[str]) -> dict[str, Any]:
    """`text` has its own includes replaced; it is None, with `problem`, where that cannot be."""
    from registry.errors import RegistryError

    snippets = here.catalog.snippets
    row: dict[str, Any] = {"name": name, "path": snippets.path(name), "included_by": users}
    try:
        written, text = snippets.written(name), snippets.text(name)
    except RegistryError as error:
        return {**row, "owner": None, "purpose": None, "text": None, "problem": error.found}
    told = {"owner": written.owner, "purpose": written.purpose, "text": text.text}
    return {**row, **told, "problem": None}


def _short(row: dict[str, Any]) -> dict[str, Any]:
    said = " ".join(str(row["purpose"] or row["text"]).split())
    begins = said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"
    problem = f"cannot be read: {row['problem']}"
    used = row["included_by"] or "no prompt"
    return {
        "snippet": row["name"],
        "owner": row["owner"],
        "included by": used,
        "says": begins if row["text"] else problem,
    }


def _unknown(wanted: str, known: list[str]) -> Exception:
    from registry.errors import UnknownPrompt
    from registry.nearest import did_you_mean, listed

    return UnknownPrompt(
        f"There is no snippet {wanted!r}",
        expected=f"one of {listed(known)}",
        fix=did_you_mean(wanted, known, "See `promptship snippet list`"),
    )
