"""`promptship changelog --authors`: how often expectations came true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import document, table

if TYPE_CHECKING:
    from registry.roots import Roots
    from tasks.ledger.changelog import Hits

_Z_95 = 1.96
_COLUMNS = ("author", "expectations", "came true", "did not", "cannot tell", "share", "95 % interval")


def show(roots: Roots, author: str | None, json_: bool) -> None:
    """By author, over all releases whose outcome is in the ledger. Raises LedgerLocked."""
    from tasks.ledger import changelog
    from tasks.ledger.store import Store

    store = Store.of(roots)
    hits = changelog.hits(store) if store.exists() else []
    rows = [_row(one) for one in hits if author in (None, one.author)]
    if json_:
        document("authors", authors=rows)
    elif rows:
        table(_COLUMNS, [_shown(row) for row in rows])
    else:
        click.echo("no outcome was observed yet")


def _row(hits: Hits) -> dict[str, Any]:
    """The share is of the expectations that could be told; null when none could."""
    from tasks.statistics.proportions import wilson

    told = hits.came_true + hits.did_not
    low, high = wilson(hits.came_true, told, _Z_95)
    share = {"share": hits.came_true / told, "low": low, "high": high} if told else {"share": None}
    return {**hits._asdict(), "expectations": told + hits.cannot_tell, "low": None, "high": None, **share}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    interval = f"{row['low']:.0%} to {row['high']:.0%}" if row["share"] is not None else None
    named = {"came true": row["came_true"], "did not": row["did_not"], "cannot tell": row["cannot_tell"]}
    share = f"{row['share']:.0%}" if row["share"] is not None else None
    return {**row, **named, "share": share, "95 % interval": interval}
