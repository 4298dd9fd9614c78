"""`promptship prompt`: list, show, render, lint, lock."""

from __future__ import annotations

import json
from typing import Any

import click

from deployments.cli.output import as_json, document, table
from registry.behavior import COMPONENTS
from registry.catalog import Catalog
from registry.errors import UsageError
from registry.roots import Roots


@click.group("prompt")
def command() -> None:
    """The prompts of the registry."""


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


@command.command("show")
@click.argument("prompt")
@click.argument("version")
@as_json
def show(prompt: str, version: str, json_: bool) -> None:
    """One version: its behavior, component by component, and its change note."""
    catalog = _catalog()
    found = catalog.get(prompt, version)
    behavior = catalog.behavior(found)
    if json_:
        document("prompt", version=found, behavior=behavior.sha, components=behavior.shas)
        return
    click.echo(f"{found.name}  {behavior.id}  risk {found.risk}  model {found.model}\n{found.purpose}\n")
    table(("component", "sha"), [{"component": name, "sha": behavior.shas[name][:12]} for name in COMPONENTS])
    click.echo(f"\nwhy: {found.change.why} ({found.change.author})")


@command.command("render")
@click.argument("prompt")
@click.argument("version")
@click.option("--var", "pairs", multiple=True, metavar="NAME=VALUE", help="A variable; JSON for anything but text.")
@as_json
def render(prompt: str, version: str, pairs: tuple[str, ...], json_: bool) -> None:
    """The messages for these variable values."""
    found = _catalog().get(prompt, version)
    messages = found.render(**dict(_pair(pair, found.variables) for pair in pairs))
    if json_:
        document("messages", messages=messages)
        return
    for message in messages:
        click.secho(message["role"], bold=True)
        click.echo(message["content"] + "\n")


def _pair(pair: str, variables: Any) -> tuple[str, Any]:
    name, given, value = pair.partition("=")
    if not given:
        raise UsageError(f"--var {pair!r} has no value", expected="NAME=VALUE", fix="Write --var message='Hello'")
    declared = variables.get(name)
    if declared is None or declared.type == "string":
        return name, value
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


@command.command("lint")
@click.argument("prompt")
@click.argument("version")
@as_json
def lint(prompt: str, version: str, json_: bool) -> int:
    """Check one version file; exit 0 clean, 1 with errors, 3 unreadable."""
    from tasks.lint.lint import lint as check
    from tasks.lint.loading import load, version_before

    catalog = _catalog()
    report = check(load(catalog, prompt, version, previous=version_before(catalog, prompt, version)))
    if json_:
        document("lint", verdict=report.verdict, findings=[finding._asdict() for finding in report.findings])
    for finding in () if json_ else report.findings:
        place = f"line {finding.line}" if finding.line else "file"
        click.echo(f"{finding.code} {finding.severity} {place}: {finding.found}. {finding.expected}. {finding.fix}.")
    if not json_ and not report.findings:
        click.echo(f"{prompt}@{version}: nothing found")
    return 1 if report.verdict == "reject" else 0


@command.command("lock")
@as_json
def lock(json_: bool) -> None:
    """Pin behavior and change note of every version that is not pinned yet in registry.lock."""
    added = _catalog().lock_all()
    if json_:
        document("lock", added=added)
    else:
        click.echo(f"locked: {', '.join(added)}" if added else "everything was locked already")
