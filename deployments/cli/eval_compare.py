"""`promptship eval compare` and `list`: runs on dev cases, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from deployments.cli.output import as_json, document, table

if TYPE_CHECKING:
    from tasks.evaluation.comparison import Answered, Comparison, Tally
    from tasks.ledger.eval_result import EvalResult
    from tasks.ledger.store import Reader

LAST = "last"
_RUN = ("run_id", "at", "arm", "cases", "score")
_SHOWN = 100


class Side(NamedTuple):
    """What one version answered in one run; `name` is shown above its column."""

    name: str
    answers: list[Answered]


@click.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="The newest so many.")
@as_json
def list_(limit: int, json_: bool) -> None:
    """The runs on dev cases, newest first, one line an arm."""
    from registry.roots import Roots
    from tasks.ledger import eval_result
    from tasks.ledger.store import Store

    store = Store.of(Roots.find())
    rows = [one._asdict() for one in eval_result.runs(store, limit)] if store.exists() else []
    if json_:
        document("eval_runs", runs=rows)
    elif rows:
        table(_RUN, rows)
    else:
        click.echo("no runs; make one with `promptship eval run`")


@click.command("compare")
@click.argument("before", metavar="RUN[:ARM]")
@click.argument("after", metavar="RUN[:ARM]")
@click.option("--all", "all_", is_flag=True, help="Also the cases that are the same.")
@as_json
def compare(before: str, after: str, all_: bool, json_: bool) -> None:
    """Compare two runs on dev cases, case by case: what got better, what got worse, how often each passed.

    ARM is the version, where a run has several. Nothing is proved here: authors tune on these cases.
    """
    from registry.roots import Roots
    from tasks.evaluation.comparison import compare as compared
    from tasks.ledger.store import Store

    store = Store.of(Roots.find())
    old, new = side(store, before), side(store, after)
    names = (old.name, new.name) if old.name != new.name else (before, after)
    found = compared(names[0], old.answers, names[1], new.answers)
    if json_:
        document("eval_comparison", **told(found))
        return
    shown = [case for case in found.cases if all_ or case.change != "same"]
    cells = [{**_case(case.case_id, case.intent, case.after), "change": case.change, names[0]: cell(case.before),
              names[1]: cell(case.after)} for case in shown]  # fmt: skip
    if cells:
        table(("case_id", "intent", *names, "change", "reasons", "output"), cells)
        click.echo()
    click.echo(found.sentence)


def side(reader: Reader, spoken: str, arm: str | None = None) -> Side:
    """`run_x:v3`, or `run_x` of one arm or with this `arm` among several. Raises EvalSetError, for a gate's run too."""
    from registry.errors import EvalSetError
    from tasks.evaluation.comparison import of_kept
    from tasks.ledger import eval_result

    run_id, _, named = spoken.partition(":")
    rows = eval_result.of_run(reader, run_id)
    on_dev(run_id, rows)
    arms = sorted({row.arm for row in rows})
    chosen = named or (arms[0] if len(arms) == 1 else arm)
    if chosen not in arms:
        raise EvalSetError(
            f"{run_id} has {'no ' + repr(named) if named else f'{len(arms)} arms'}",
            expected=" or ".join(f"{run_id}:{one}" for one in arms),
            fix="Say which of them to compare",
        )
    kept = [row for row in rows if row.arm == chosen]
    found = [of_kept(r.case_id, r.cluster_id, r.intent, r.score, r.assertions, r.output) for r in kept]
    return Side(f"{chosen} {min(row.at for row in kept):%d %b %H:%M}", found)


def on_dev(run_id: str, rows: Sequence[EvalResult]) -> None:
    """Raises EvalSetError for a gate's run, and for one that is not there."""
    from registry.errors import EvalSetError

    if not rows:
        raise EvalSetError(
            f"no run {run_id!r}", expected="the id of a run on dev cases", fix="See `promptship eval list`"
        )
    if any(row.gate_test_id is not None for row in rows):
        raise EvalSetError(
            f"{run_id} was a gate's",
            expected="a run on dev cases: those of the gate are not shown case by case, or authors would tune on them",
            fix="See `promptship eval list`; `promptship report` has what the gate tells",
        )


def last(reader: Reader, behaviors: Iterable[str]) -> str | None:
    """The newest run in which one of these behaviors answered."""
    from tasks.ledger import eval_result

    wanted = set(behaviors)
    return next((one.run_id for one in eval_result.runs(reader, 1000) if one.behavior in wanted), None)


def told(found: Comparison) -> dict[str, Any]:
    """For a JSON document."""
    cases = [{**case._asdict(), "before": _plain(case.before), "after": _plain(case.after)} for case in found.cases]
    return {**found._asdict(), "sentence": found.sentence, "cases": cases}


def side_by_side(main: str, sides: Mapping[str, Sequence[Answered]], compared: Sequence[Comparison]) -> None:
    """One row a case with a column a side; `compared` are those of `main` with each other side."""
    from tasks.evaluation.comparison import tallies as by_case

    tallies = {name: by_case(answers) for name, answers in sides.items()}
    changes = {found.before: {case.case_id: case.change for case in found.cases} for found in compared}
    others = [name for name in tallies if name != main]
    intents = {one.case_id: one.intent for one in sides[main]}
    order = sorted(tallies[main].items(), key=lambda item: (_rank(item[1]), item[0]))
    rows = [
        {
            **_case(case_id, intents[case_id], tally),
            **{name: cell(found.get(case_id)) for name, found in tallies.items()},
            **{f"vs {name}": changes[name][case_id] for name in others},
        }
        for case_id, tally in order
    ]
    table(("case_id", "intent", *tallies, *(f"vs {name}" for name in others), "reasons", "output"), rows)
    click.echo()
    for found in compared:
        click.echo(found.sentence)


def cell(found: Tally | None) -> str | None:
    """The mean score; with several repeats also how many passed."""
    if found is None:
        return None
    score = "unscored" if found.score is None else f"{found.score:.3g}"
    return score if found.repeats == 1 else f"{score} ({found.passed}/{found.repeats} passed)"


def _rank(found: Tally) -> float:
    return -1.0 if found.score is None else found.score


def _case(case_id: str, intent: str, found: Tally | None) -> dict[str, Any]:
    said = " ".join((found.output or "").split()) if found else ""
    short = said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"
    return {"case_id": case_id, "intent": intent, "reasons": found.reasons if found else None, "output": short or None}


def _plain(found: Tally | None) -> dict[str, Any] | None:
    return found._asdict() if found else None
