"""`promptship evalset`: check, coverage, import, list, plan, refresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployments.cli import evalset_check, evalset_plan, evalset_production, importing
from deployments.cli.output import as_json, document, table
from deployments.cli.verbs import Verbs

_COLUMNS = ("name", "dev", "gate", "intents", "subsets", "min_score", "sha")


@click.group("evalset", cls=Verbs)
def command() -> None:
    """The golden cases."""


for one in (evalset_check.check, evalset_plan.plan, evalset_production.coverage, evalset_production.refresh):
    command.add_command(one)
command.add_command(importing.evalset_import)


@command.command("list")
@as_json
def list_(json_: bool) -> None:
    """Every eval set, how many cases authors tune on (dev) and how many are held out (gate)."""
    from registry.roots import Roots
    from tasks.evaluation import evalset

    root = Roots.find().evalsets
    rows = [_row(root, name) for name in evalset.names(root)]
    if json_:
        document("evalsets", root=root, evalsets=rows)
    elif rows:
        table(_COLUMNS, [{**row, "sha": row["sha"][:12]} for row in rows])
    else:
        click.echo(f"no eval sets in {root}")


def _row(root: Path, name: str) -> dict[str, Any]:
    from tasks.evaluation import evalset

    library = evalset.read(root, name)
    splits = [case.split for case in library.cases]
    return {
        "name": name,
        "dev": splits.count("dev"),
        "gate": splits.count("gate"),
        "intents": len({case.intent for case in library.cases}),
        "subsets": sorted(library.evalset.subsets),
        "min_score": library.evalset.min_score,
        "sha": library.sha,
        "source": library.evalset.source,
        "licence": library.evalset.licence,
    }
