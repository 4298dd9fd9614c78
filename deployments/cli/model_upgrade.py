"""`promptship model upgrade`."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document, environment_option, table
from tasks.release.orders import ReleaseOrder
from tasks.release.outcome import Outcome
from tasks.release.workspace import Workspace
from tasks.upgrade.column import Row
from tasks.upgrade.deciding import Gated

if TYPE_CHECKING:
    from tasks.ledger.matrix_cell import MatrixCell

_COLUMNS = ("prompt", "version", "verdict", "released", "reason")


@click.command("upgrade")
@click.argument("old")
@click.option("--to", "new", required=True, help="An entry of models.yaml.")
@environment_option()
@click.option("--by", default=None, help="Who asks, and the author of the notes; default: your account.")
@click.option("--gate-only", is_flag=True, help="Say what passes, and start no release.")
@as_json
def command(old: str, new: str, environment: str, by: str | None, gate_only: bool, json_: bool) -> int:
    """Move every live prompt from OLD to another model, as a dependency is upgraded.

    Candidates are written and locked where there are none (their files belong in a commit), the whole column goes
    through the gate, and those that pass are released one by one. Prompts that fall back to the other model answer
    eight cases on it. The exit code is the worst verdict.
    """
    from tasks.upgrade import fallbacks
    from tasks.upgrade.column import column, write
    from tasks.upgrade.deciding import keep

    here = Workspace.here(by or getpass.getuser())
    rows = column(here, environment, old, new)
    for row in [row for row in rows if row.candidate is None]:
        path, _ = write(here, row, old, new, here.actor)
        click.echo(f"wrote {path}", err=True)
    here = Workspace.here(here.actor)  # reads the registry anew
    rows = column(here, environment, old, new)
    pairs = fallbacks.smoke(here, environment, new)
    found = [_gated(here, row, environment) for row in rows]
    if not gate_only:
        found = [_released(here, row, environment) for row in found]
    keep(here, environment, old, new, found)
    if json_:
        told = {"column": [asdict(row) for row in found], "fallbacks": [asdict(pair) for pair in pairs]}
        document("model_upgrade", old=old, new=new, environment=environment, **told)
    else:
        _print(old, new, found, pairs)
    verdicts = [row.verdict for row in found] + [pair.verdict for pair in pairs if pair.verdict != "inconclusive"]
    return next((code for word, code in _CODES.items() if word in verdicts), 0)


def _print(old: str, new: str, found: Sequence[Gated], pairs: Sequence[MatrixCell]) -> None:
    from tasks.upgrade import deltas, fallbacks
    from tasks.upgrade.deciding import sentence

    table(_COLUMNS, [asdict(row) for row in found])
    for row in found:
        if row.deltas:
            click.echo(f"{row.prompt}@{row.version} to live: {deltas.sentence(row.deltas)}")
    for pair in pairs:
        click.echo(fallbacks.sentence(pair))
    click.echo(sentence(old, new, found))


_CODES = {"reject": 1, "error": 3, "inconclusive": 2}


def _gated(here: Workspace, row: Row, environment: str) -> Gated:
    from tasks.upgrade import deltas
    from tasks.upgrade.deciding import gated

    version = row.candidate or ""
    ended = _walk(here, row.prompt, version, environment, until="gate")
    found = gated(row.prompt, version, ended)
    return replace(found, deltas=deltas.of_newest(here.store, environment, row.prompt)) if ended else found


def _released(here: Workspace, row: Gated, environment: str) -> Gated:
    """Those that passed, one by one: the next one starts when this one has ended or waits."""
    if row.verdict != "pass" or row.released is not None:
        return row
    ended = _walk(here, row.prompt, row.version, environment)
    return replace(row, released=str(ended.state), reason=ended.sentence) if ended else row


def _walk(here: Workspace, prompt: str, version: str, environment: str, until: str | None = None) -> Outcome | None:
    from deployments.cli.progress import shown
    from deployments.cli.walk import walk
    from tasks.release.outcome import outcome

    order = ReleaseOrder.model_validate(
        {"version": f"{prompt}@{version}", "environment": environment, "by": here.actor, "until": until}
    )
    with shown() as tell:
        record = walk(replace(here, tell=tell), order, lambda line: click.echo(line, err=True))
    return outcome(record, here.now()) if record is not None else None
