"""`promptship rollback`: away from what hurts."""

from __future__ import annotations

import getpass
import time

import click

from deployments.cli.output import as_json, document, environment_option


@click.command("rollback")
@click.argument("prompt")
@environment_option()
@click.option("--reason", required=True, help="What went wrong; the changelog shows it.")
@click.option("--to", default=None, metavar="VERSION", help="Go back this far; default: the version before live.")
@click.option(
    "--from", "taking", default=None, metavar="BEHAVIOR", help="The behavior to take away; default: what you see."
)
@click.option("--live", "also_live", is_flag=True, help="Roll live back too while a canary runs.")
@click.option("--by", default=None, help="Who; default: your account.")
@as_json
def command(
    prompt: str,
    environment: str,
    reason: str,
    to: str | None,
    taking: str | None,
    also_live: bool,
    by: str | None,
    json_: bool,
) -> int:
    """Take a canary back, or live to the version before.

    While a canary runs it is the canary that is withdrawn, and live is not touched without --live, --to or --from LIVE.
    Behavior ids may be shortened (bv_0123456789ab). Done already is success.
    """
    from tasks.ledger.deferred import defer

    defer("duckdb")
    from deployments.cli import flipping
    from deployments.cli.naming import routed
    from registry.errors import PromptshipError
    from tasks.release.following import follow
    from tasks.release.operating import operator
    from tasks.release.rollback_order import RollbackOrder
    from tasks.release.rolling_back import take_back

    began = time.monotonic()
    order = RollbackOrder.model_construct(
        prompt=prompt,
        environment=environment,
        reason=reason,
        by=by or getpass.getuser(),
        to=to,
        taking=taking,
        also_live=also_live,
    )
    workspace = operator(order.by)
    try:
        with routed(workspace.catalog, environment, prompt):
            done = take_back(workspace, order)
    except PromptshipError as error:
        for note in getattr(error, "__notes__", ()):
            click.echo(note, err=True)
        raise
    seconds = time.monotonic() - began
    followed = follow(workspace.publisher, environment, workspace.now, generation=done.generation, began=began)
    if json_:
        live = flipping.pinned(workspace.publisher.read_table(environment).route(prompt).live)
        said = {"changed": done.changed, "sentences": done.sentences, "withdrawn": done.withdrawn, "live": live}
        told = {**said, "seconds": seconds, **flipping.follow_up(workspace, followed)}
        document("rollback", environment=environment, prompt=prompt, **told)
    else:
        click.echo("\n".join([*done.sentences, *flipping.sentences(workspace, followed, done.changed)]))
    if done.changed:
        workspace.publish()
    return 0
