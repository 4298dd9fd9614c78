"""`promptship monitor`: the guard monitor as a plain process."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from tasks.monitor.finding import Finding, Told
    from tasks.release.workspace import Workspace

_ROUND = timedelta(minutes=5)
"""Without an end, claims are taken anew so often, and a stage that ended in an error is tried again."""

_RETRY_S = 10.0
"""Between rounds that were cut short: nothing is served yet, or the ledger is locked."""


@click.command("monitor")
@click.option(
    "--environment", "-e", "environments", multiple=True, help="Only these; default: all that serve something."
)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="Watch so long; default: until stopped.")
@click.option("--once", is_flag=True, help="Look once at everything.")
@as_json
def command(environments: tuple[str, ...], minutes: float | None, once: bool, json_: bool) -> int:
    """Carry on canaries whose release died, and watch what is live: its levels, and its holdback.

    The exit code is the worst that was found: 0 nothing to see to, 1 rolled back, 2 held or alerted, 3 an error.
    """
    from tasks.monitor.finding import Findings

    if json_ and not once and minutes is None:
        raise click.UsageError("--json needs an end: add --once or --minutes")
    here, found = _workspace(environments), Findings()

    def told(finding: Finding) -> None:
        if found.add(finding) and not json_:
            _print(finding)

    with _stopped_by_sigterm():
        if once or minutes is not None:
            _watch(here, environments, timedelta(minutes=0 if once else minutes or 0), told)
        else:
            _for_ever(environments, told)
    if json_:
        document("monitor", findings=[finding._asdict() for finding in found.newest])
    elif not found.newest:
        click.echo("nothing to watch")
    return found.exit_code


def _workspace(environments: tuple[str, ...]) -> Workspace:
    """Raises UnknownEnvironment, SettingsError."""
    from tasks.monitor.acting import ACTOR
    from tasks.release.workspace import Workspace

    here = Workspace.here(ACTOR)
    for name in environments:
        here.catalog.environments.environment(name)
    return here


def _watch(here: Workspace, environments: tuple[str, ...], length: timedelta, told: Told) -> None:
    from tasks.monitor.watching import served, watch

    watch(here, environments or served(here), length, told)


def _for_ever(environments: tuple[str, ...], told: Told) -> None:
    """Round after round, each with the registry as it then is; a ledger that cannot be had for a while ends nothing."""
    from registry.errors import LedgerLocked, LedgerUnwritable

    while True:
        here = _workspace(environments)
        began = here.now()
        try:
            _watch(here, environments, _ROUND, told)
        except (LedgerLocked, LedgerUnwritable) as error:
            click.echo(str(error), err=True)
        if here.now() - began < _ROUND:
            here.pause(_RETRY_S)


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """A supervisor's stop lets the claims go at once: the next monitor need not wait until they expire."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _print(finding: Finding) -> None:
    click.echo(f"{finding.environment}/{finding.prompt} {finding.watched}: {finding.did}. {finding.sentence}")
