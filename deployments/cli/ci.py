"""`promptship ci`: check what a pull request changes, release what a merge brought."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, environment_option, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from tasks.ci.change import Change
    from tasks.ci.checked import Check, FailOn
    from tasks.ci.released import Released
    from tasks.release.orders import ReleaseOrder

_STAGES = ("lint", "fast_gate", "gate", "shadow", "canary")


def _fail_on(default: str) -> Callable[[Any], Any]:
    said = "`reject`: what is inconclusive ends with 0; `inconclusive`: with 2. An error is always 3."
    return click.option("--fail-on", type=click.Choice(["reject", "inconclusive"]), default=default, show_default=True,
                        help=said)  # fmt: skip


_base = click.option("--base", default="origin/main", show_default=True, help="The branch or commit to compare with.")


@click.group("ci", cls=Verbs)
def command() -> None:
    """Check what a pull request changes, release what a merge brought."""


@command.command("check")
@_base
@environment_option()
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Where comment.md, junit.xml, "
              "lint.sarif and check.json go.")  # fmt: skip
@click.option("--budget-usd", type=click.FloatRange(0), default=5, show_default=True, help="Of the pull request.")
@click.option("--pull-request", metavar="NAME", help="What the budget belongs to; default: the branch.")
@_fail_on("reject")
@as_json
def check(
    base: str,
    environment: str,
    output: Path | None,
    budget_usd: float,
    pull_request: str | None,
    fail_on: FailOn,
    json_: bool,
) -> int:
    """Lint the prompt versions that differ from --base and try them on their dev cases.

    Compared with what is live in the environment, or with the version before. Results are kept in the state's
    cache/ci: an unchanged version is not asked again, and all pushes of a pull request share its budget. Where a
    model's key is not set, the version is not tried, and the result says so.
    """
    from tasks.ci.checked import exit_code

    found = _check(base, environment, budget_usd, pull_request)
    if output is not None:
        _write(output, found)
    if json_:
        document("ci_check", **found.document)
    else:
        _print(found)
    return exit_code(found.verdict, fail_on)


def _check(base: str, environment: str, budget_usd: float, pull_request: str | None) -> Check:
    from deployments.cli.progress import shown
    from registry.environments import BASE
    from tasks.ci import checking
    from tasks.ci.history import History
    from tasks.gateway.budget import Budget
    from tasks.release.workspace import Workspace

    with shown() as tell:
        workspace = Workspace.here("ci", tell)
        if environment != BASE:
            workspace.catalog.environments.environment(environment)
        kept, whose = checking.kept(workspace), pull_request or History(workspace.roots.registry).branch
        budget = Budget(max_usd=budget_usd, usd=kept.spent(whose))
        try:
            return checking.check(workspace, base, environment=environment, budget=budget)
        finally:
            kept.spend(whose, budget.usd)


def _write(folder: Path, found: Check) -> None:
    import json

    from tasks.ci.comment import comment
    from tasks.ci.junit import junit
    from tasks.lint.formats.sarif import sarif

    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "comment.md": comment(found),
        "junit.xml": junit(found),
        "lint.sarif": sarif(found.linted),
        "check.json": json.dumps({"format": 1, "kind": "ci_check", **found.document}, ensure_ascii=False, indent=2),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _print(found: Check) -> None:
    rows = [
        {
            "version": one.change.name,
            "changed": one.change.kind,
            "lint": one.linted.report.reason,
            "verdict": one.verdict,
            "fast gate": one.reason,
        }
        for one in found.versions
    ]
    if rows:
        table(("version", "changed", "lint", "verdict", "fast gate"), rows)
    changed = f"{len(rows)} changed since {found.base[:12]}"
    click.echo(f"{found.verdict}: {changed}; this pull request has cost {found.spent}")


@command.command("release")
@_base
@environment_option()
@click.option("--until", type=click.Choice(_STAGES), help="Stop after this stage; default: to the end.")
@click.option("--via", type=click.Choice(["local", "prefect"]), help="Default: prefect when PREFECT_API_URL is set.")
@click.option("--by", default="ci", show_default=True, help="Who asks: the changelog shows it.")
@click.option("--attempt", default="1", show_default=True, envvar="GITHUB_RUN_ATTEMPT", help="The job's run number.")
@click.option("--wait", "wait_minutes", type=click.FloatRange(min=0, min_open=True), default=120, show_default=True,
              help="Minutes for flow runs; what takes longer is not decided yet.")  # fmt: skip
@_fail_on("inconclusive")
@as_json
def release(base: str, via: str | None, attempt: str, wait_minutes: float, fail_on: FailOn, json_: bool,
            **options: Any) -> int:  # fmt: skip
    """Release the newest version of each prompt that differs from --base, and exit with the worst verdict.

    With PREFECT_API_URL each is a run of the deployment `release`, waited for through restarts of the server. A job
    that is repeated with the same --attempt finds its flow runs again.
    """
    from tasks.ci import change, checking
    from tasks.ci.checked import exit_code
    from tasks.release.verdict import worst
    from tasks.release.workspace import Workspace

    found = change.to_release(checking.changed_since(Workspace.here("ci"), base))
    chosen = via or ("prefect" if os.environ.get("PREFECT_API_URL") else "local")
    ended = list(_released(_orders(found, options), chosen, attempt, wait_minutes))
    verdict = worst(one.verdict for one in ended)
    if json_:
        document("ci_release", verdict=verdict, releases=[one._asdict() for one in ended])
    else:
        for one in ended:
            click.echo(f"{one.verdict}: {one.sentence}" + (f"\n  {one.run}" if one.run else ""))
        click.echo(f"{verdict}: the worst of {len(ended)}" if ended else "nothing to release: no version differs")
    return exit_code(verdict, fail_on)


def _orders(found: list[Change], options: dict[str, Any]) -> list[ReleaseOrder]:
    from tasks.release.orders import ReleaseOrder

    return [ReleaseOrder(version=one.name, **options) for one in found]


def _released(orders: list[ReleaseOrder], via: str, attempt: str, wait_minutes: float) -> Iterator[Released]:
    from deployments import ci_release
    from deployments.flow_runs import FlowRuns
    from registry.roots import Roots
    from tasks.ci.history import History

    def say(sentence: str) -> None:
        click.echo(sentence, err=True)

    if via == "local" or not orders:
        return ci_release.here(orders, say=say)
    push = ci_release.Push(History(Roots.find().registry).head, attempt)
    return ci_release.through_prefect(FlowRuns.of(os.environ), orders, push, wait_minutes=wait_minutes, say=say)
