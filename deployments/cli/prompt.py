"""`promptship prompt`: list, search, show, diff, new, import, find, render, try, lint, lock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from deployments.cli import finding, importing, prompt_diff, prompt_new, prompt_search, prompt_show, prompt_try
from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.variable_options import values, variable_options
from registry.catalog import Catalog
from registry.roots import Roots


@click.group("prompt")
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
    """Every prompt with its versions."""
    catalog = _catalog()
    rows = [_row(catalog, id_) for id_ in catalog.prompts()]
    if json_:
        document("prompts", prompts=rows)
    else:
        table(("id", "versions", "risk", "model", "owner", "purpose"), rows)


def _row(catalog: Catalog, id_: str) -> dict[str, Any]:
    versions = catalog.versions(id_)
    newest = catalog.get(id_, versions[-1])
    return {
        "id": id_,
        "versions": versions,
        "risk": newest.risk,
        "model": newest.model,
        "owner": newest.owner,
        "purpose": newest.purpose,
    }


@command.command("render")
@click.argument("prompt")
@click.argument("version")
@variable_options
@as_json
def render(prompt: str, version: str, pairs: tuple[str, ...], json_: bool) -> None:
    """The messages for these variable values, as they are sent: with the text of the safety policy."""
    from registry.diff.paragraphs import text_of
    from registry.runtime.artifact_file import from_behavior

    catalog = _catalog()
    found = catalog.get(prompt, version)
    messages = from_behavior(catalog.behavior(found)).render(**values(pairs, found.variables))
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
    """Check one version file, all of a prompt, or all there are; exit 0 clean, 1 with errors, 3 unreadable."""
    from tasks.lint.formats.written import written
    from tasks.lint.linting import lint_all, worst
    from tasks.lint.traffic import expected

    catalog = _catalog()
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
