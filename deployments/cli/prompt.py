"""`promptship prompt`: list, search, show, diff, new, import, find, render, try, lint, lock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from deployments.cli import finding, importing, prompt_diff, prompt_new, prompt_search, prompt_show, prompt_try
from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.variable_options import values, variable_options
from deployments.cli.verbs import Verbs
from registry.catalog import Catalog
from registry.roots import Roots

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here


@click.group("prompt", cls=Verbs)
def command() -> None:
    """The prompts of the registry."""


for _verb in (prompt_diff, prompt_new, prompt_search, prompt_show, prompt_try):
    command.add_command(_verb.command)
command.add_command(importing.prompt_import)
command.add_command(finding.command)


def _catalog() -> Catalog:
    return Catalog(Roots.find().registry)


@command.command("list")
@as_json
def list_(json_: bool) -> None:
    """Every prompt with its versions, what of it is live where, and what its newest version says."""
    from deployments.cli.registry_here import Here

    here = Here.find()
    rows = [_row(here, id_) for id_ in here.catalog.prompts()]
    if json_:
        document("prompts", prompts=rows)
    elif not rows:
        click.echo(f"no prompts in {here.catalog.root}: they are written as prompts/<id>/v1.yaml there")
    else:
        shown = [{**row, "live": row["live"] or None, "purpose": row["problem"] or row["purpose"]} for row in rows]
        table(("id", "versions", "live", "risk", "model", "owner", "purpose"), shown)


def _row(here: Here, id_: str) -> dict[str, Any]:
    """`problem` for a newest version that cannot be read; what it says is None then."""
    from registry.errors import RegistryError
    from registry.serving import serving

    versions = here.catalog.versions(id_)
    live = [f"{one.version}: {one.said}" for one in serving(here.tables(), id_)]
    row = {"id": id_, "versions": versions, "live": live}
    told = ("use_case", "risk", "model", "owner", "purpose")
    try:
        newest = here.catalog.get(id_, versions[-1])
    except RegistryError as error:
        return {**row, **dict.fromkeys(told), "problem": error.found}
    return {**row, **{name: getattr(newest, name) for name in told}, "problem": None}


@command.command("render")
@click.argument("prompt")
@click.argument("version")
@variable_options
@as_json
def render(prompt: str, version: str, pairs: tuple[str, ...], json_: bool) -> None:
    """The messages for these variable values, as they are sent: with the text of the safety policy.

    VERSION may also be `latest`, or the name of an environment, for what is live there.
    """
    from deployments.cli.registry_here import Here, rendered
    from registry.diff.paragraphs import text_of

    here = Here.find()
    side = here.side(prompt, here.concrete(prompt, version))
    messages = rendered(side, values(pairs, side.version.variables))
    if json_:
        document("messages", messages=messages)
        return
    for message in messages:
        click.secho(message["role"], bold=True)
        click.echo(text_of(message["content"]) + "\n")


@command.command("lint")
@click.argument("prompt", required=False)
@click.argument("version", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text")
@click.option("--units-per-day", type=click.FloatRange(min=0), help="Traffic, to tell which guards can be tested.")
@environment_option()
@as_json
def lint(
    prompt: str | None, version: str | None, form: str, units_per_day: float | None, environment: str, json_: bool
) -> int:
    """Check one version file, all of a prompt, or all there are, snippets too; exit 0 clean, 1 errors, 3 unreadable.

    VERSION may also be `latest`, or the name of an environment, for what is live there.
    """
    from deployments.cli.registry_here import Here
    from tasks.lint.formats.written import written
    from tasks.lint.linting import lint_all, worst
    from tasks.lint.traffic import expected

    here = Here.find()
    catalog = here.catalog
    version = here.concrete(prompt, version) if prompt and version else None
    traffic = expected(catalog, environment, units_per_day)
    linted = lint_all(catalog, prompt, version, now=datetime.now(UTC), traffic=traffic)
    if said := written(linted, "json" if json_ else form):
        click.echo(said)
    if not all(one.readable for one in linted):
        return 3
    return 1 if worst(linted) == "reject" else 0


@command.command("lock")
@as_json
def lock(json_: bool) -> None:
    """Pin behavior and change note of every version that is not pinned yet in registry.lock."""
    added = _catalog().lock_all()
    if json_:
        document("lock", added=added)
    else:
        click.echo(f"locked: {', '.join(added)}" if added else "everything was locked already")
