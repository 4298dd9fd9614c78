"""`promptship eval`: what a version scores on the cases that authors tune on, beside live and an earlier run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from deployments.cli import eval_compare
from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from deployments.cli.eval_compare import Side
    from tasks.evaluation.case import Case
    from tasks.evaluation.comparison import Answered, Comparison
    from tasks.evaluation.evalset import Library, Selection
    from tasks.evaluation.job import Arm
    from tasks.evaluation.runner import Run
    from tasks.gateway.budget import Budget
    from tasks.release.workspace import Workspace

_SLICE = ("name", "arm", "score", "cases", "unscored", "must_pass_failures")
_DEV = "dev"
"""The subset that every eval set has, whether or not it names one so: all cases that are not held out."""


class Asked(NamedTuple):
    """The cases to run and the version of the set they are from."""

    name: str
    library: Library
    cases: tuple[Case, ...]


class Ran(NamedTuple):
    asked: Asked
    run: Run
    run_id: str | None
    budget: Budget


@click.group("eval", cls=Verbs)
def command() -> None:
    """Run a prompt version on the cases that authors tune on."""


command.add_command(eval_compare.list_)
command.add_command(eval_compare.compare)


@command.command("run")
@click.argument("prompt")
@click.argument("version")
@click.option(
    "--subset", default=_DEV, show_default=True, help="Of the version's eval set; never one that is held out."
)
@click.option("--limit", type=click.IntRange(1), help="Only the first so many cases.")
@click.option("--against", metavar="VERSION", help="Another version to run beside it.")
@environment_option()
@click.option("--alone", is_flag=True, help="Do not run what is live there beside it.")
@click.option(
    "--beside", metavar="RUN[:ARM]", help="An earlier run to show beside it; `last` is the newest of the prompt."
)
@click.option("--repeats", type=click.IntRange(1, 20), default=1, show_default=True, help="Ask each case so often.")
@click.option("--fresh", is_flag=True, help="Ask the model again where an answer is kept from before.")
@click.option("--max-usd", type=click.FloatRange(0), default=5, show_default=True, help="Stop when this is spent.")
@click.option("--max-calls", type=click.IntRange(0), help="Stop after so many calls; those from before do not count.")
@as_json
def run(
    prompt: str,
    version: str,
    subset: str,
    limit: int | None,
    against: str | None,
    environment: str,
    alone: bool,
    beside: str | None,
    repeats: int,
    fresh: bool,
    max_usd: float,
    max_calls: int | None,
    json_: bool,
) -> int:
    """Run PROMPT VERSION on its dev cases; exit 1 when a must-pass case failed, 3 when it stopped early.

    The cases of the gate are never run here: what authors look at and tune on proves nothing any more.
    """
    from deployments.cli.naming import concrete
    from tasks.gateway.budget import Budget
    from tasks.release.workspace import Workspace

    workspace = Workspace.here("cli")
    words = [version, against, None if alone else _live(workspace, prompt, environment)]
    names = [concrete(workspace.catalog, workspace.publisher, prompt, word) for word in words if word]
    asked = asked_of(workspace, prompt, names[0], subset, limit)
    earlier = _earlier(workspace, prompt, names[0], beside)
    budget = Budget(max_calls, max_usd)
    ran = _run(workspace, asked, _arms(workspace, prompt, names), range(1, repeats + 1), fresh, budget)
    _document(ran, names, earlier) if json_ else _print(ran, names[0], earlier)
    return exit_code(ran.run, names[0])


def _live(workspace: Workspace, prompt: str, environment: str) -> str | None:
    """The version that is live there, None when nothing is. Raises UnknownEnvironment for a misspelt one."""
    from registry.environments import BASE

    table = workspace.publisher.read_table(environment)
    if table.generation == 0 and environment != BASE:
        workspace.catalog.environments.environment(environment)
    route = table.prompts.get(prompt)
    return route.live.version if route else None


def _earlier(workspace: Workspace, prompt: str, version: str, beside: str | None) -> Side | None:
    """The side to show beside this run. Raises EvalSetError for a run that is not there, or a gate's."""
    if beside != eval_compare.LAST:
        return eval_compare.side(workspace.store, beside, version) if beside else None
    catalog = workspace.catalog
    behaviors = [catalog.behavior(catalog.get(prompt, name)).sha for name in catalog.versions(prompt)]
    found = eval_compare.last(workspace.store, behaviors)
    return eval_compare.side(workspace.store, found, version) if found else None


def asked_of(workspace: Workspace, prompt: str, version: str, subset: str, limit: int | None) -> Asked:
    """Raises EvalSetError for a version without eval set, an unknown subset, and one that is held out."""
    from registry.errors import EvalSetError
    from tasks.evaluation import evalset

    found = workspace.catalog.get(prompt, version)
    if found.evals is None:
        raise EvalSetError(
            f"{found.name} names no eval sets",
            expected="evals: {fast: <set>/<subset>, full: <set>/<subset>} in the version file",
            fix="Add them to the version: without cases nothing can be measured",
        )
    library = evalset.read(workspace.roots.evalsets, found.evals.fast.partition("/")[0])
    if subset == _DEV and _DEV not in library.evalset.subsets:
        cases = tuple(case for case in library.cases if case.split == _DEV)
        return Asked(f"{library.evalset.name}/{_DEV}", library, cases[:limit])
    selection = library.select(subset)
    _not_held_out(selection)
    return Asked(selection.name, library, selection.cases[:limit])


def _not_held_out(selection: Selection) -> None:
    from registry.errors import EvalSetError

    if selection.split != _DEV:
        raise EvalSetError(
            f"{selection.name} is held out for the gate",
            expected="a subset of the dev split: cases that somebody tuned on cannot prove that a version is better",
            fix="Run --subset dev; the gate runs the others with `promptship release start`",
        )


def _arms(workspace: Workspace, prompt: str, versions: Sequence[str]) -> list[Arm]:
    """One arm a version, named by it; the same version twice is one arm."""
    from tasks.evaluation import arms

    catalog = workspace.catalog
    behaviors = {name: catalog.behavior(catalog.get(prompt, name)) for name in versions}
    return [arms.of_candidate(name, found, catalog) for name, found in behaviors.items()]


def _run(
    workspace: Workspace, asked: Asked, arms: Sequence[Arm], rounds: Sequence[int], fresh: bool, budget: Budget
) -> Ran:
    """The last of several arms is what is live, or what the person named: `pairwise` compares with it."""
    from deployments.cli.progress import shown
    from tasks.evaluation.executing import run_all
    from tasks.evaluation.job import interleaved
    from tasks.evaluation.seating import seat
    from tasks.gateway.cache import Cache
    from tasks.gateway.gateway import Gateway
    from tasks.release.workspace import Progress

    jobs = list(interleaved(asked.cases, arms, rounds))
    done = 0
    with shown() as tell:

        def told(_: object) -> None:
            nonlocal done
            done += 1
            tell(Progress("eval", done, len(jobs), budget.told))

        test = None if fresh else f"dev {asked.library.sha}"
        door = Gateway(budget, Cache(workspace.roots.cache))
        judged = [arm.model for arm in arms]
        panel = seat(asked.library.evalset, workspace.catalog, judged)
        other = arms[-1] if len(arms) > 1 else None
        ran = run_all(asked.library.evalset, jobs, door, test_id=test, on_result=told, panel=panel, live=other)
    return Ran(asked, ran, _store(workspace, ran), budget)


def _store(workspace: Workspace, ran: Run) -> str | None:
    """Keep the results, tied to no gate test; the id of the run, None when nothing was run."""
    from tasks.gate.rounds import rows
    from tasks.ledger import eval_result

    kept = [replace(row, gate_test_id=None) for row in rows(ran.results, "", workspace.now())]
    workspace.store.tx(lambda tx: eval_result.insert_many(tx, kept))
    return kept[0].run_id if kept else None


def exit_code(ran: Run, candidate: str) -> int:
    """3 when cases were left or none could be scored, 1 when a must-pass assertion of the candidate failed, else 0."""
    if ran.stopped is not None or not any(result.score is not None for result in ran.results):
        return 3
    return int(any(result.must_pass is False for result in ran.results if result.arm == candidate))


def _told(ran: Ran) -> dict[str, Any]:
    budget = ran.budget
    return {
        "evalset": ran.asked.name,
        "evalset_sha": ran.asked.library.sha,
        "cases": len(ran.asked.cases),
        "calls": budget.calls,
        "from_cache": sum(result.from_cache for result in ran.run.results),
        "cost_usd": None if budget.unpriced else budget.usd,
        "left": ran.run.left,
        "stopped": ran.run.stopped,
        "run_id": ran.run_id,
    }


def _compared(ran: Ran, main: str, earlier: Side | None) -> tuple[dict[str, list[Answered]], list[Comparison]]:
    """The answers by side, this version's first, and its comparisons with the others."""
    from tasks.evaluation.comparison import compare, of_result

    sides: dict[str, list[Answered]] = {main: []}
    for result in ran.run.results:
        sides.setdefault(result.arm, []).append(of_result(result))
    if earlier is not None:
        asked = {case.id for case in ran.asked.cases}
        sides[earlier.name] = [one for one in earlier.answers if one.case_id in asked]
    return sides, [compare(name, found, main, sides[main]) for name, found in sides.items() if name != main]


def _document(ran: Ran, names: Sequence[str], earlier: Side | None) -> None:
    from tasks.evaluation.table import rows, slices

    results = ran.run.results
    cases, means = [asdict(row) for row in rows(results)], [asdict(one) for one in slices(results)]
    compared = [eval_compare.told(found) for found in _compared(ran, names[0], earlier)[1]]
    arms = list(dict.fromkeys(names))
    document("eval", arms=arms, **_told(ran), slices=means, results=cases, comparisons=compared)


def _print(ran: Ran, main: str, earlier: Side | None) -> None:
    from tasks.evaluation.table import slices

    results, told = ran.run.results, _told(ran)
    eval_compare.side_by_side(main, *_compared(ran, main, earlier))
    table(_SLICE, [asdict(one) for one in slices(results) if one.cases])
    spent = "cost unknown" if told["cost_usd"] is None else f"{told['cost_usd']:.4f} USD"
    click.echo(
        f"\n{told['evalset']}: {told['calls']} calls, {told['from_cache']} from before, {spent}, {told['run_id']}"
    )
    if ran.run.stopped is not None:
        click.echo(f"stopped with {ran.run.left} answers missing: {ran.run.stopped}. Run it again to go on.", err=True)
