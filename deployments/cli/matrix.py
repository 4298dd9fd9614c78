"""`promptship matrix`: plan, run, show."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from tasks.matrix.plan import Plan
    from tasks.release.workspace import Workspace

_CALLS = click.option("--calls", type=click.IntRange(min=0), help="Calls tonight; default: 2000.")
_USD = click.option(
    "--usd", type=click.FloatRange(min=0), help="USD tonight; default: the environment's usd_per_night."
)


@click.group("matrix", cls=Verbs)
def command() -> None:
    """Every live prompt on every model: does it hold there."""


@command.command("plan")
@environment_option()
@_CALLS
@_USD
@as_json
def plan(environment: str, calls: int | None, usd: float | None, json_: bool) -> None:
    """What a night would look at, how closely, and what it leaves out; no model is called."""
    from tasks.release.workspace import Workspace

    made = _plan(Workspace.here(), environment, calls, usd)
    if json_:
        document("matrix_plan", environment=environment, **_plain(made))
    else:
        _print(made)


@command.command("run")
@environment_option()
@_CALLS
@_USD
@as_json
def run(environment: str, calls: int | None, usd: float | None, json_: bool) -> int:
    """Print the plan, then look at its cells; the exit code is the worst verdict of a cell that was looked at.

    Text and fingerprint probes are those of `promptship drift run`.
    """
    from deployments.cli.progress import shown
    from tasks.matrix import running
    from tasks.release.workspace import Workspace

    with shown() as tell:
        here = Workspace.here("matrix", tell)
        made = _plan(here, environment, calls, usd)
        if not json_:
            _print(made)
        found = running.run(here, made, lambda _: None)
    if json_:
        document("matrix_run", environment=environment, plan=_plain(made), cells=[asdict(row) for row in found])
    else:
        _print_standings(here, environment)
    return _exit_code([row.verdict for row in found])


@command.command("show")
@environment_option()
@as_json
def show(environment: str, json_: bool) -> None:
    """Each cell with its verdict, score, interval, date and cost; `not_tested` where nobody looked."""
    from tasks.matrix import gathering
    from tasks.matrix.standing import standings
    from tasks.release.workspace import Workspace

    here = Workspace.here()
    if json_:
        found = standings(here.store, gathering.cells(here, environment, here.now()))
        document("matrix", environment=environment, cells=[asdict(one) for one in found])
    else:
        _print_standings(here, environment)


def _plan(here: Workspace, environment: str, calls: int | None, usd: float | None) -> Plan:
    from tasks.matrix.tonight import tonight

    return tonight(here, environment, calls=calls, usd=usd)


def _plain(made: Plan) -> dict[str, Any]:
    return {
        "night": str(made.night),
        "calls": made.calls,
        "short_calls": made.short_calls,
        "usd": made.usd,
        "unpriced_calls": made.unpriced,
        "budget": made.budget._asdict(),
        "rows": [{name: getattr(row, name) for name in _ROW} for row in made.rows],
        "left_out": [asdict(row) for row in made.left_out],
    }


_ROW = ("what", "target", "calls", "usd", "why", "cases")


def _print(made: Plan) -> None:
    from tasks.matrix.text import summary

    table(("what", "target", "calls", "usd", "why"), [{name: getattr(row, name) for name in _ROW} for row in made.rows])
    click.echo("")
    for line in summary(made):
        click.echo(line)


def _print_standings(here: Workspace, environment: str) -> None:
    from tasks.matrix import gathering
    from tasks.matrix.standing import standings
    from tasks.matrix.text import COLUMNS, row

    found = standings(here.store, gathering.cells(here, environment, here.now()))
    table(COLUMNS, [dict(zip(COLUMNS, row(one), strict=True)) for one in found])
    if not found:
        click.echo(f"nothing is live in {environment}")


def _exit_code(verdicts: list[str]) -> int:
    codes = {"pass": 0, "inconclusive": 2, "error": 3, "reject": 1}
    worst = [verdict for verdict in ("reject", "error", "inconclusive") if verdict in verdicts]
    return codes[worst[0]] if worst else 0
