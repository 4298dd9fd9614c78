"""`promptship trace drift`: whether production asks and gets what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, environment_option, table

if TYPE_CHECKING:
    from tasks.input_drift.finding import Finding
    from tasks.input_drift.looking import Day

_COLUMNS = ("side", "measure", "against", "n", "reference", "value", "low", "high", "p", "drifted")


@click.command("drift")
@click.argument("prompt")
@environment_option()
@as_json
def drift(prompt: str, environment: str, json_: bool) -> int:
    """Compare the last 24 hours with the week before and with the eval set: meaning, length, language, intent.

    Exit 1 when something drifted, at one false alarm a year for all tests of a prompt; 2 with too few requests. The
    comparison with the set is shown and not tested, but for requests that are like no case. All is kept in the ledger.
    """
    from tasks.input_drift.looking import look
    from tasks.release.workspace import Workspace

    workspace = Workspace.here("cli")
    workspace.catalog.versions(prompt)
    found = look(workspace, environment, prompt)
    if json_:
        findings = [one._asdict() for one in found.findings]
        told = {"prompt": prompt, "environment": environment, "behavior": found.behavior, "n": found.n}
        document("input_drift", **told, drifted=found.drifted, findings=findings)
    else:
        _print(found)
    return 1 if found.drifted else 0 if found.findings else 2


def _print(found: Day) -> None:
    if found.findings:
        table(_COLUMNS, [_row(one) for one in found.findings])
        click.echo()
    click.echo(found.sentence)


def _row(one: Finding) -> dict[str, Any]:
    return {**one._asdict(), "against": one.against.replace("_", " "), "drifted": "drifted" if one.drifted else ""}
