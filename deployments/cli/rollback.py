"""`promptship rollback`: away from what hurts."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from deployments.cli.output import as_json, document, environment_option

if TYPE_CHECKING:
    from deployments.cli.flipping import Operator
    from registry.runtime.routes import Canary, Route

_BEHAVIOR = r"(bv_)?[0-9a-f]{6,64}"


class Plan(NamedTuple):
    """The canary to withdraw and the live behavior to take away; None is: leave it."""

    canary: Canary | None
    taking: str | None


class Done(NamedTuple):
    """`changed` False: nothing was to be done."""

    changed: bool
    sentences: list[str]
    withdrawn: str | None


@click.command("rollback")
@click.argument("prompt")
@environment_option()
@click.option("--reason", required=True, help="What went wrong; the changelog shows it.")
@click.option(
    "--from", "named", default=None, metavar="BEHAVIOR", help="The behavior to take away; default: what you see."
)
@click.option("--live", "also_live", is_flag=True, help="Roll live back too while a canary runs.")
@click.option("--by", default=None, help="Who; default: your account.")
@as_json
def command(
    prompt: str, environment: str, reason: str, named: str | None, also_live: bool, by: str | None, json_: bool
) -> int:
    """Take a canary back, or live to the version before.

    While a canary runs it is the canary that is withdrawn, and live is not touched without --live or --from LIVE.
    Behavior ids may be shortened (bv_0123456789ab). Done already is success.
    """
    from deployments.cli.deferred import defer

    defer("duckdb")
    from deployments.cli import flipping

    began = time.monotonic()
    workspace = flipping.operator(by)
    done = _carry_out(
        workspace, prompt, environment, _given(reason), plan_of(workspace, prompt, environment, named, also_live)
    )
    seconds = time.monotonic() - began
    publisher = workspace.publisher
    followed = flipping.follow(publisher, environment, workspace.now, began + flipping.READERS_WAIT_S)
    if json_:
        live = flipping.pinned(publisher.read_table(environment).route(prompt).live)
        told = {**done._asdict(), "live": live, "seconds": seconds, **flipping.follow_up(workspace, followed)}
        document("rollback", environment=environment, prompt=prompt, **told)
    else:
        click.echo("\n".join([*done.sentences, *flipping.sentences(workspace, followed)]))
    if done.changed:
        flipping.publish(workspace)
    return 0


def plan_of(workspace: Operator, prompt: str, environment: str, named: str | None, also_live: bool) -> Plan:
    """What to do about the route as it is now. Raises NoRoute, UsageError."""
    route = workspace.publisher.read_table(environment).route(prompt)
    return decide(route, _wanted(named), also_live)


def decide(route: Route, named: str | None, also_live: bool) -> Plan:
    """Pure. `named` is a behavior or the beginning of one: what it does not meet is left alone."""
    canary, live = route.canary, route.live.behavior
    if named is None:
        return Plan(canary, live if canary is None or also_live else None)
    if canary is not None and canary.behavior.startswith(named):
        return Plan(canary, live if also_live else None)
    if live.startswith(named):
        return Plan(canary if also_live else None, live)
    return Plan(None, None)


def _wanted(named: str | None) -> str | None:
    from registry.errors import UsageError

    if named is None:
        return None
    if not re.fullmatch(_BEHAVIOR, named):
        raise UsageError(
            f"--from {named!r} is no behavior version",
            expected="bv_ and at least 6 hex digits, or the whole hash",
            fix="Copy it from `promptship live show`",
        )
    return named.removeprefix("bv_")


def _given(reason: str) -> str:
    from registry.errors import UsageError

    if not reason.strip():
        raise UsageError(
            "a rollback was asked for without a reason",
            expected="a reason that the changelog can show",
            fix='Add --reason "what went wrong"',
        )
    return reason


def _carry_out(workspace: Operator, prompt: str, environment: str, reason: str, plan: Plan) -> Done:
    """The canary first: if live has nowhere to go back to, that much is done and said."""
    from registry.errors import PromptshipError

    withdrawn = _withdraw(workspace, prompt, environment, reason, plan)
    try:
        rolled = _roll_back(workspace, prompt, environment, reason, plan)
    except PromptshipError:
        for sentence in withdrawn.sentences:
            click.echo(sentence, err=True)
        raise
    if not withdrawn.sentences and not rolled.sentences:
        return Done(False, [_nothing(workspace, prompt, environment)], None)
    return Done(withdrawn.changed or rolled.changed, withdrawn.sentences + rolled.sentences, withdrawn.withdrawn)


def _withdraw(workspace: Operator, prompt: str, environment: str, reason: str, plan: Plan) -> Done:
    from deployments.cli import flipping

    canary = plan.canary
    if canary is None:
        return Done(False, [], None)
    live = flipping.withdraw(workspace, environment, prompt, canary, reason).prompts[prompt].live
    if live.behavior == canary.behavior:
        told = f"too late: {canary.version} was promoted in {environment} meanwhile; run it again to roll live back"
        return Done(False, [told], None)
    told = f"{prompt} in {environment}: the canary {canary.version} of {canary.release} is withdrawn"
    if plan.taking is None:
        told += f"; live was not touched and is {live.version} (--live rolls it back too)"
    return Done(True, [told], canary.release)


def _roll_back(workspace: Operator, prompt: str, environment: str, reason: str, plan: Plan) -> Done:
    from tasks.release.pinning import roll_back

    if plan.taking is None:
        return Done(False, [], None)
    flip = roll_back(workspace, environment, prompt, by=workspace.actor, reason=reason, taking=plan.taking)
    return Done(flip.done, [flip.sentence], None)


def _nothing(workspace: Operator, prompt: str, environment: str) -> str:
    live: Any = workspace.publisher.read_table(environment).route(prompt).live
    return f"already done: {prompt} in {environment} serves {live.version}, and nothing of what was named"
