"""`promptship drift`: run, show, bless, accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from tasks.ledger.drift import Found

_CALLS = click.option("--calls", type=click.IntRange(min=0), help="Calls tonight; default: 2000.")
_USD = click.option(
    "--usd", type=click.FloatRange(min=0), help="USD tonight; default: the environment's usd_per_night."
)
_BY = click.option("--by", required=True, help="Your name: the ledger keeps it.")
_REASON = click.option("--reason", required=True, help="Why this is how it should answer.")
_DRAWN = click.option("--usd", type=click.FloatRange(min=0), help="The most that drawing may cost.")
_TARGET = click.argument("target")
_SHOWN = ("target", "finding", "since", "wakes", "calls", "why")


@click.group("drift", cls=Verbs)
def command() -> None:
    """Whether the models behind live prompts still answer as they did."""


@command.command("run")
@environment_option()
@_CALLS
@_USD
@click.option("--wait", is_flag=True, help="Wait for the second draws that are due, an hour or more.")
@as_json
def run(environment: str, calls: int | None, usd: float | None, wait: bool, json_: bool) -> int:
    """One night of the sentinel: the plan, then the probes, then what they found.

    A first draw that fires is no finding: it asks for a second one, an hour later at the earliest, by --wait or by the
    next run. The exit code is the worst verdict: 0 stable, 1 degraded or broken, 2 cannot tell.
    """
    from dataclasses import asdict

    from deployments.cli.progress import shown
    from tasks.matrix.text import summary
    from tasks.release.workspace import Workspace
    from tasks.sentinel.consequences import ACTOR
    from tasks.sentinel.night import Night

    with shown() as tell:
        night = Night(Workspace.here(ACTOR, tell), environment, wait=wait, calls=calls, usd=usd)
        found = night.run(lambda plan: click.echo("\n".join(summary(plan)), err=True), lambda _: None)
    if json_:
        document("drift_run", environment=environment, findings=[asdict(row) for row in found])
    else:
        _print(found)
    verdicts = [row.verdict for row in found]
    return 1 if "reject" in verdicts else 2 if "inconclusive" in verdicts else 0


@command.command("show")
@environment_option()
@as_json
def show(environment: str, json_: bool) -> None:
    """The newest finding of each endpoint and cell, with examples where the answers moved."""
    from dataclasses import asdict

    from tasks.ledger import drift
    from tasks.release.workspace import Workspace

    found = drift.newest(Workspace.here().store, environment)
    if json_:
        document("drift", environment=environment, findings=[asdict(row) for row in found])
    else:
        _print(found)


@command.command("bless")
@_TARGET
@environment_option()
@_BY
@_REASON
@_DRAWN
@as_json
def bless(target: str, environment: str, by: str, reason: str, usd: float | None, json_: bool) -> None:
    """Say that TARGET answers as it should: what nights drew is the reference, what is missing is drawn now.

    TARGET is an entry of models.yaml, or 'prompt@version on model' as `drift show` writes it. A reference never
    changes by itself.
    """
    _bless(target, environment, by, reason, usd, json_, again=False)


@command.command("accept")
@_TARGET
@environment_option()
@_BY
@_REASON
@_DRAWN
@as_json
def accept(target: str, environment: str, by: str, reason: str, usd: float | None, json_: bool) -> None:
    """Take what TARGET answers today as the new normal: a new reference is drawn and blessed."""
    _bless(target, environment, by, reason, usd, json_, again=True)


def _bless(target: str, environment: str, by: str, reason: str, usd: float | None, json_: bool, *, again: bool) -> None:
    from deployments.cli.progress import shown
    from tasks.release.workspace import Workspace
    from tasks.sentinel.blessing import bless as bless_
    from tasks.sentinel.lenses import missing
    from tasks.sentinel.naming import named
    from tasks.sentinel.target import Endpoint, Sizes

    with shown() as tell:
        here = Workspace.here(by, tell)
        found = named(here, environment, target, Sizes())
        kept = bless_(here, found, by=by, reason=reason, sizes=Sizes(), again=again, max_usd=usd)
    draws, days = kept.collected.draws, kept.collected.days
    sentence = f"{found.name}: {len(kept.row.batches)} batches, {draws} answers a probe, blessed by {by}"
    if json_:
        document("drift_reference", target=found.name, batches=len(kept.row.batches), draws=draws, days=days, by=by)
        return
    click.echo(sentence)
    for note in missing(kept) if isinstance(found, Endpoint) else ():
        click.echo(note, err=True)
    if days < 3:
        click.echo(f"drawn on {days} day(s): until nights show how much it varies, alarms need z of 3.9", err=True)


def _print(found: list[Found]) -> None:
    rows = [
        {
            "target": row.target,
            "finding": row.finding,
            "since": row.since,
            "wakes": "yes" if row.pages else None,
            "calls": row.calls,
            "why": row.sentence,
        }
        for row in found
    ]
    table(_SHOWN, rows)
    for row in found:
        for example in row.examples:
            click.echo(f"{row.target}, probe {example['probe']!r}: {example['before']!r} -> {example['now']!r}")
