"""`promptship metrics`: what the requests of a prompt came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.durations import back, since_option
from deployments.cli.output import as_json, document, environment_option, table

if TYPE_CHECKING:
    from registry.metrics import Metrics
    from registry.roots import Roots
    from tasks.ledger.metric import By, Measured

_SHARES = ("yes_no", "fraction")


@click.command("metrics")
@click.argument("prompt")
@environment_option()
@since_option("7d")
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["version", "intent", "day"]),
    help="One line for each; may be given more than once. Without it: by version.",
)
@as_json
def command(prompt: str, environment: str, since: Any, by: tuple[By, ...], json_: bool) -> None:
    """What the requests of a prompt came to, by version, intent and day; every metric, with 95 % intervals.

    The requests of a unit count together. What nothing measured is named, it is never 0.
    """
    from registry.catalog import Catalog
    from registry.roots import Roots
    from tasks.release.workspace import wall_clock

    roots, now = Roots.find(), wall_clock()
    catalog = Catalog(roots.registry)
    catalog.versions(prompt)
    asked = list(dict.fromkeys(by)) or ["version"]
    found = _measured(roots, environment, prompt, {"since": back(now, since), "until": now, "by": asked})
    rows = [_row(one, catalog.metrics) for one in found]
    missing = _missing(catalog.metrics, {one.metric for one in found})
    if json_:
        head = {"prompt": prompt, "environment": environment, "since": back(now, since), "until": now, "by": asked}
        document("metrics", **head, rows=rows, missing=missing)
        return
    _print(rows, missing)


def _measured(roots: Roots, environment: str, prompt: str, asked: Mapping[str, Any]) -> list[Measured]:
    from tasks.ledger import metric
    from tasks.ledger.store import Store

    store = Store.of(roots)
    return metric.measured(store, environment, prompt, **asked) if store.exists() else []


def _row(one: Measured, metrics: Metrics) -> dict[str, Any]:
    """A share has the interval of a share, everything else that of a mean; a metric nobody declared is a mean."""
    share = one.metric in metrics and metrics[one.metric].kind in _SHARES
    interval = one.sums.share_interval() if share else one.sums.interval()
    low, high = interval or (None, None)
    counted = {"n": one.sums.n, "units": one.sums.units, "mean": one.sums.mean, "low": low, "high": high}
    return {**one.group, "metric": one.metric, **counted}


def _missing(metrics: Metrics, found: Iterable[str]) -> list[dict[str, Any]]:
    """Metrics of the vocabulary without a value, and what each needs."""
    tools = any(name.startswith("tool_call:") for name in found)
    return [
        {"metric": name, "needs": list(metrics[name].needs), "measured": list(metrics[name].measured)}
        for name in metrics
        if name not in found and not (tools and name.startswith("tool_call:"))
    ]


def _print(rows: Sequence[Mapping[str, Any]], missing: Sequence[Mapping[str, Any]]) -> None:
    from registry.behavior import short

    if rows:
        columns = [name for name in rows[0] if name != "mean"]
        columns.insert(columns.index("low"), "mean")
        table(columns, [{**row, **({"behavior": short(row["behavior"])} if "behavior" in row else {})} for row in rows])
    else:
        click.echo("no requests in this time")
    if missing:
        click.echo("not measured: " + ", ".join(map(_said, missing)))


def _said(one: Mapping[str, Any]) -> str:
    return f"{one['metric']} (needs {', '.join(one['needs'])})" if one["needs"] else str(one["metric"])
