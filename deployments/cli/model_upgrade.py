"""`promptship model upgrade`."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document, environment_option, table
from tasks.release.orders import ReleaseOrder
from tasks.release.workspace import Workspace
from tasks.upgrade import deciding
from tasks.upgrade.column import Row, column, write
from tasks.upgrade.deciding import Gated

if TYPE_CHECKING:
    from tasks.ledger.matrix_cell import MatrixCell


@click.command("upgrade")
@click.argument("old")
@click.option("--to", "new", required=True, help="An entry of models.yaml.")
@environment_option()
@click.option("--by", default=None, help="Who asks, and the author of the notes; default: your account.")
@click.option("--gate-only", is_flag=True, help="Say what passes, and start no release.")
@as_json
def command(old: str, new: str, environment: str, by: str | None, gate_only: bool, json_: bool) -> int:
    """Move every live prompt from OLD to another model, as a dependency is upgraded.

    Candidates are written and locked where there are none, the whole column goes through the gate, and those that pass
    are released one by one. Prompts that fall back to the other model, or from it, answer eight cases. Where a prompt
    passes, the other model gets a reference for the sentinel and an entry in models.lock: candidates and lock belong in
    one commit. The exit code is the worst verdict.
    """
    from tasks.upgrade import fallbacks

    here = Workspace.here(by or getpass.getuser())
    here, rows = _written(here, environment, old, new)
    pairs = fallbacks.smoke(here, environment, new, {row.prompt for row in rows})
    orders = [_order(here, row, environment) for row in rows]
    found = [_gated(here, order) for order in orders]
    if not gate_only:
        found = [_released(here, row, order) for row, order in zip(found, orders, strict=True)]
    said = [*fallbacks.on_itself(here, orders, new), *_watched(here, environment, old, new, found)]
    deciding.keep(here, environment, old, new, found)
    if json_:
        told = {"column": [asdict(row) for row in found], "fallbacks": [asdict(pair) for pair in pairs], "notes": said}
        document("model_upgrade", old=old, new=new, environment=environment, **told)
    else:
        _print(old, new, found, pairs, said)
    return deciding.exit_code([*(row.came_to for row in found), *map(fallbacks.verdict, pairs)])


def _written(here: Workspace, environment: str, old: str, new: str) -> tuple[Workspace, list[Row]]:
    """The column with all its candidates, and a workspace that reads the registry anew."""
    missing = [row for row in column(here, environment, old, new) if row.candidate is None]
    for row in missing:
        path, _ = write(here, row, old, new, here.actor)
        click.echo(f"wrote {path}", err=True)
    here = Workspace.here(here.actor)
    return here, column(here, environment, old, new)


def _order(here: Workspace, row: Row, environment: str) -> ReleaseOrder:
    return ReleaseOrder(version=f"{row.prompt}@{row.candidate}", environment=environment, by=here.actor, until="gate")


def _gated(here: Workspace, order: ReleaseOrder) -> Gated:
    _walk(here, order)
    return deciding.gated(here, order)


def _released(here: Workspace, row: Gated, order: ReleaseOrder) -> Gated:
    """Those that passed, one by one: the next one starts when this one has ended or waits."""
    if row.onward:
        _walk(here, order.model_copy(update={"until": None}))
    return deciding.released(here, row, order)


def _walk(here: Workspace, order: ReleaseOrder) -> None:
    from deployments.cli.progress import shown
    from deployments.cli.walk import walk

    with shown() as tell:
        walk(replace(here, tell=tell), order, lambda line: click.echo(line, err=True))


def _watched(here: Workspace, environment: str, old: str, new: str, found: Sequence[Gated]) -> list[str]:
    """Both ends; nothing when nothing moves."""
    from deployments.cli.progress import shown
    from tasks.sentinel.target import Sizes
    from tasks.upgrade import watching

    if not any(row.verdict == "pass" for row in found):
        return []
    with shown() as tell:
        referred = watching.refer(replace(here, tell=tell), environment, old, new, Sizes())
    return [referred, watching.lock_both(here, old, new)]


def _print(old: str, new: str, found: Sequence[Gated], pairs: Sequence[MatrixCell], said: Sequence[str]) -> None:
    from tasks.upgrade import deltas, fallbacks

    shown = ("prompt", "version", "verdict", "released", *deltas.COLUMNS)
    table(shown, [{**asdict(row), **deltas.told(row.deltas)} for row in found])
    for row in found:
        click.echo(row.reason)
    for line in (*map(fallbacks.sentence, pairs), *said):
        click.echo(line)
    click.echo(deciding.sentence(old, new, found))
