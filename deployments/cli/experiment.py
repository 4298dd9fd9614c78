"""`promptship experiment`: show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs

_COLUMNS = ("metric", "intent", "new", "old", "change", "95 % interval", "units new", "units old", "guard")


@click.group("experiment", cls=Verbs)
def command() -> None:
    """A canary read as an A/B test."""


@command.command("show")
@click.argument("release")
@environment_option()
@click.option("--intents", is_flag=True, help="Also each intent by itself.")
@as_json
def show(release: str, environment: str, intents: bool, json_: bool) -> None:
    """Both arms of a canary, their difference with its interval, and the sample ratio.

    RELEASE is the id of a release, or a prompt: then its newest canary in the environment. The interval is a
    confidence sequence: it holds however often it is looked at. After promotion the old arm is the holdback.
    """
    from tasks.canary import experimenting
    from tasks.release.workspace import Workspace

    here = Workspace.here()
    release_id = release if release.startswith("rel_") else experimenting.newest(here, environment, release)
    found = experimenting.show(here, release_id)
    if not intents:
        found["rows"] = [row for row in found["rows"] if row["intent"] is None]
    if json_:
        document("experiment", **found)
        return
    _print(found)


def _print(found: Mapping[str, Any]) -> None:
    ended = found["decision"] or "not decided yet"
    click.echo(
        f"{found['prompt']} {found['new']} (new) against {found['old']} (old) in {found['environment']}: {ended}"
    )
    click.echo(f"{found['release_id']}\n")
    table(_COLUMNS, [_row(row) for row in found["rows"]])
    click.echo()
    for ratio in found["sample_ratio"]:
        word = "ALARM, the arms are not comparable" if ratio["alarm"] else "fits the shares"
        counts = f"{ratio['canary']} new, {ratio['live']} old"
        click.echo(f"sample ratio, {ratio['of']}: {counts}; {word} (evidence {ratio['e_value']:.3g}, alarm at 100)")
    click.echo(f"served by both versions: {found['crossed']} units, each counted in the arm of its first request")


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    ratio = row["scale"] == "ratio"
    low, high = _change(row["low"], ratio), _change(row["high"], ratio)
    return {
        "metric": row["metric"],
        "intent": row["intent"] or "all",
        "new": row["new"],
        "old": row["old"],
        "change": _change(row["change"], ratio),
        "95 % interval": f"{low} to {high}" if low is not None else None,
        "units new": row["n_new"],
        "units old": row["n_old"],
        "guard": row["limit"],
    }


def _change(value: float | None, ratio: bool) -> str | None:
    """A ratio as percent more or less, a difference with its sign."""
    if value is None:
        return None
    return f"{100 * (value - 1):+.1f} %" if ratio else f"{value:+.4f}"
