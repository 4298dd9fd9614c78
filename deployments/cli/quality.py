"""`promptship quality`: how good live answers are, on a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.durations import since_option
from deployments.cli.output import as_json, document, environment_option, table

if TYPE_CHECKING:
    from tasks.quality.measuring import Quality

_COLUMNS = ("version", "behavior", "requests", "sampled", "unscored", "units", "mean", "low", "high", "by assertion")


@click.command("quality")
@click.argument("prompt")
@environment_option()
@since_option("24h")
@click.option(
    "--sample", "size", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Of each version."
)
@click.option("--judge", is_flag=True, help="Ask the eval set's judge, if it is fit.")
@click.option("--max-usd", type=click.FloatRange(0), default=5, show_default=True, help="Of the judge, at most.")
@as_json
def command(prompt: str, environment: str, since: Any, size: int, judge: bool, max_usd: float, json_: bool) -> None:
    """How good live answers are, on a sample; by behavior version, kept as the metric `quality` of these requests.

    By the soft assertions of the version's eval set that need no expected value; with --judge by its rubrics, when the
    judge was found fit. The same requests draw the same sample, stratified by intent.
    """
    from tasks.quality.measuring import Draw, measure
    from tasks.release.workspace import Workspace

    workspace = Workspace.here("cli")
    workspace.catalog.versions(prompt)
    draw = Draw(environment, prompt, since, size, "judge" if judge else "assertions", max_usd)
    rows = [_row(one) for one in measure(workspace, draw)]
    if json_:
        document("quality", prompt=prompt, environment=environment, since=str(since), by=draw.by, rows=rows)
        return
    table(_COLUMNS, [_short(row) for row in rows])
    for row in rows:
        if row["why"]:
            click.echo(f"{row['version']} not scored: {row['why']}")


def _row(one: Quality) -> dict[str, Any]:
    interval = one.sums.share_interval() if one.sums else None
    low, high = interval or (None, None)
    mean, units = (one.sums.mean, one.sums.units) if one.sums else (None, 0)
    told = one._asdict()
    del told["sums"]
    return {**told, "mean": mean, "low": low, "high": high, "units": units}


def _short(row: dict[str, Any]) -> dict[str, Any]:
    from registry.behavior import short

    families = [f"{name} {mean:.2f}" for name, mean in row["families"].items()]
    return {**row, "behavior": short(row["behavior"]), "by assertion": families or None}
