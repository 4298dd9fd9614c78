"""`promptship doctor`: what this installation is made of, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from deployments.cli.health.finding import Finding

_MARKS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}
_COLOURS = {"ok": "green", "note": "yellow", "problem": "red"}


@click.command("doctor")
@as_json
def command(json_: bool) -> int:
    """What this installation is made of, and what is wrong with it; exit 1 when something is.

    Says of each key variable whether it is set, never what it holds.
    """
    findings = list(_findings())
    wrong = [finding for finding in findings if finding.state == "problem"]
    if json_:
        found = [finding._asdict() for finding in findings]
        document("doctor", verdict="reject" if wrong else "pass", findings=found)
        return int(bool(wrong))
    for finding in findings:
        _print(finding)
    click.echo(f"\n{len(wrong)} problems" if wrong else "\nno problems")
    return int(bool(wrong))


def _findings() -> Iterator[Finding]:
    from deployments.cli.health.access import access
    from deployments.cli.health.data import data
    from deployments.cli.health.orchestration import orchestration
    from deployments.cli.health.packages import packages
    from deployments.cli.health.places import places
    from deployments.cli.health.state import ledger, outbox, routes, spool
    from registry.roots import Roots
    from tasks.release.workspace import wall_clock

    roots, now = Roots.find(), wall_clock()
    yield from packages()
    yield from places(roots)
    yield ledger(roots)
    yield from routes(roots, now)
    yield from access(roots)
    yield spool(roots, now)
    yield outbox(roots, now)
    yield from orchestration(now)
    yield from data(roots, now.date())


def _print(finding: Finding) -> None:
    mark = click.style(_MARKS[finding.state], fg=_COLOURS[finding.state])
    click.echo(f"{mark} {finding.about}: {finding.found}")
    if finding.fix:
        click.echo(f"        {finding.fix}")
