"""`promptship evalset coverage` and `refresh`: an eval set beside what production asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.durations import since_option
from deployments.cli.output import as_json, document, environment_option, table

if TYPE_CHECKING:
    from tasks.evaluation.coverage import Coverage, Slice

_SLICE = ("kind", "name", "set", "production", "cases", "requests", "missed")
_PROPOSAL = ("why", "version", "intent", "said")
_SHOWN = 100


@click.command("coverage")
@click.argument("name")
@environment_option()
@since_option("30d")
@as_json
def coverage(name: str, environment: str, since: Any, json_: bool) -> int:
    """Compare the gate split with live requests: intents, lengths, languages, meaning; exit 2 when it misses some.

    Languages are told by script and stop words, meaning by the sentence encoder that comes along.
    """
    from tasks.evaluation.production import covered
    from tasks.release.workspace import Workspace

    found = covered(Workspace.here("cli"), name.partition("/")[0], environment, since)
    missed = [one for one in found.slices if one.missed]
    if json_:
        rows = [one._asdict() for one in found.slices]
        told = {**found._asdict(), "slices": rows, "groups": [group._asdict() for group in found.groups]}
        document("evalset_coverage", name=name, environment=environment, **told)
    else:
        table(_SLICE, [_row(found, one) for one in found.slices])
        click.echo("\n".join(["", *_meaning(found), *(_missing(found, one) for one in missed)]))
    return 2 if missed else 0


def _row(found: Coverage, one: Slice) -> dict[str, Any]:
    shares = {"set": f"{one.cases / found.cases:.0%}", "production": f"{one.requests / found.requests:.0%}"}
    return {**one._asdict(), **shares, "missed": "missed" if one.missed else ""}


def _meaning(found: Coverage) -> list[str]:
    if found.bound is None:
        return ["meaning: too few clusters to know how near cases of this set are to each other"]
    share = found.far / found.requests
    head = (
        f"meaning: {found.far} of {found.requests} requests ({share:.0%}) are like no case"
        f" (cosine of embeddings below {found.bound:.2f}); 5% of the cases are as far from all others"
    )
    return [head, *(f"  {group.requests} like: {_short(group.example)}" for group in found.groups)]


def _missing(found: Coverage, one: Slice) -> str:
    share = one.requests / found.requests
    return f"missed: {one.kind} {one.name!r} is {share:.1%} of production and has {one.cases} of {found.cases} cases"


@click.command("refresh")
@click.argument("name")
@environment_option()
@since_option("30d")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Proposals at most.")
@as_json
def refresh(name: str, environment: str, since: Any, limit: int, json_: bool) -> None:
    """Propose cases from requests that went wrong, for a person to label; never into the set itself.

    Disliked answers, broken schemas, and what a version answered that was rolled back. Texts are redacted.
    """
    from tasks.evaluation.production import refreshed
    from tasks.release.workspace import Workspace

    found = refreshed(Workspace.here("cli"), name.partition("/")[0], environment, since, limit)
    if json_:
        rows = [one._asdict() for one in found.proposed]
        document("evalset_refresh", name=name, environment=environment, seen=found.seen, file=found.file, proposed=rows)
        return
    rows = [_proposal(one._asdict()) for one in found.proposed]
    if rows:
        table(_PROPOSAL, rows)
        click.echo("\nGive each its `split` and `expected`, and move its `case` into cases.jsonl:")
    click.echo(f"{len(rows)} cases proposed of {found.seen} requests that went wrong: {found.file}")


def _proposal(one: dict[str, Any]) -> dict[str, Any]:
    from tasks.evaluation.wording import said

    return {**one, "intent": one["case"]["intent"], "said": _short(said(one["case"]["variables"]))}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
