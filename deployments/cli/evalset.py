"""`promptship evalset`: list, check, import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployments.cli import importing
from deployments.cli.output import as_json, document, table

_COLUMNS = ("name", "dev", "gate", "intents", "subsets", "min_score", "sha")


@click.group("evalset")
def command() -> None:
    """The golden cases."""


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


@command.command("check")
@click.argument("name")
@as_json
def check(name: str, json_: bool) -> int:
    """Say what is wrong with an eval set, and what it cannot do; exit 1 with errors, 3 when it cannot be read."""
    from registry.roots import Roots
    from tasks.evaluation import evalset
    from tasks.evaluation.check import Size
    from tasks.evaluation.check import check as remarks_of
    from tasks.gate.look import CAPS, MIN_CASES

    library = evalset.read(Roots.find().evalsets, name.partition("/")[0])
    remarks = remarks_of(library, {risk: Size(CAPS[risk], MIN_CASES[risk]) for risk in CAPS})
    wrong = any(remark.severity == "error" for remark in remarks)
    if json_:
        found = [remark._asdict() for remark in remarks]
        document("evalset", name=library.evalset.name, verdict="reject" if wrong else "pass", remarks=found)
        return int(wrong)
    for remark in remarks:
        click.echo(f"{remark.code} {remark.severity}: {remark.what}")
    if not remarks:
        click.echo(f"{library.evalset.name}: nothing to remark")
    return int(wrong)
