"""`promptship prompt search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, table

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here
    from registry.search import Hit, Query

_COLUMNS = ("version", "live", "risk", "model", "owner", "where")


@click.command("search")
@click.argument("text", required=False)
@click.option("--use-case")
@click.option("--owner")
@click.option("--model", help="A name of models.yaml, or the provider's id; fallbacks count.")
@click.option("--risk", type=click.Choice(["low", "medium", "high"]))
@click.option("--component", metavar="SHA", help="The start of a component's or a behavior's hash.")
@as_json
def command(json_: bool, **asked: Any) -> int:
    """Every version that matches all that is asked; exit 1 when none does.

    TEXT is looked for in messages, purpose, change note, tools and safety policy, whatever its case and line breaks.
    """
    from deployments.cli.registry_here import Here
    from registry.errors import UsageError
    from registry.search import Query

    if not any(asked.values()):
        raise UsageError("Nothing to look for", expected="a text or an option", fix="Name one, or run prompt list")
    here = Here.find()
    rows = [_row(here, hit) for hit in _hits(here, Query(**asked))]
    unreadable = _unreadable(here)
    if unreadable and not json_:
        click.echo(f"not searched, as they cannot be read: {', '.join(unreadable)}; see prompt lint", err=True)
    if json_:
        document("search", hits=rows, unreadable=unreadable)
    elif rows:
        table(_COLUMNS, [{**row, "version": row["name"], "live": row["live"] or None} for row in rows])
    else:
        click.echo("nothing found")
    return 0 if rows else 1


def _hits(here: Here, query: Query) -> list[Hit]:
    """The newest version of a prompt first."""
    from registry.search import match

    sides = [side for prompt in here.catalog.prompts() for side in reversed(here.sides(prompt))]
    return [hit for side in sides if (hit := match(query, side.version, side.behavior))]


def _unreadable(here: Here) -> list[str]:
    known = {side.version.name for prompt in here.catalog.prompts() for side in here.sides(prompt)}
    names = [f"{prompt}@{version}" for prompt in here.catalog.prompts() for version in here.catalog.versions(prompt)]
    return [name for name in names if name not in known]


def _row(here: Here, hit: Hit) -> dict[str, Any]:
    from registry.serving import serving

    version = hit.version
    live = [one.said for one in serving(here.tables(), version.id) if one.version == version.version]
    return {
        "name": version.name,
        "id": version.id,
        "version": version.version,
        "behavior": hit.behavior.sha,
        "live": live,
        "use_case": version.use_case,
        "risk": version.risk,
        "model": version.model,
        "owner": version.owner,
        "where": hit.where,
    }
