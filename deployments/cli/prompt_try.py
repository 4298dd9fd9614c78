"""`promptship prompt try`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document
from deployments.cli.variable_options import values, variable_options

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here
    from registry.diff.lineage import Side
    from registry.models import Model
    from registry.runtime.drivers import Reply
    from registry.runtime.output import OutputCheck

TIMEOUT_S = 120


@click.command("try")
@click.argument("prompt")
@click.argument("version")
@variable_options
@as_json
def command(prompt: str, version: str, pairs: tuple[str, ...], json_: bool) -> int:
    """Ask the model once, as an application would, and show the answer; exit 1 when it breaks the output schema.

    Nothing is kept and no fallback is asked.
    """
    from deployments.cli.registry_here import Here
    from registry.resolution import model_named
    from registry.runtime.output import check_output

    here = Here.find()
    side = here.side(prompt, here.concrete(prompt, version))
    model = model_named(side.version.model, here.catalog.models)
    reply = _ask(here, side, model, values(pairs, side.version.variables))
    checked = check_output(reply.text, side.version.output)
    told = _told(side, model, reply, checked)
    if json_:
        document("answer", **told)
    else:
        _print(told)
    return 1 if checked.ok is False else 0


def _ask(here: Here, side: Side, model: Model, given: dict[str, Any]) -> Reply:
    """Raises RenderError, ModelError."""
    from deployments.cli.registry_here import rendered
    from registry.runtime import drivers
    from registry.runtime.artifact_file import from_behavior
    from tasks.evaluation.job import Arm
    from tasks.evaluation.talks import request

    artifact = from_behavior(side.behavior)
    messages = rendered(side, given)
    try:
        return drivers.open(model).complete(request(Arm("try", artifact, model), messages, TIMEOUT_S))
    finally:
        drivers.close_all()


def _told(side: Side, model: Model, reply: Reply, checked: OutputCheck) -> dict[str, Any]:
    from registry.runtime.pricing import cost
    from registry.runtime.refusal import is_refusal

    return {
        "name": side.version.name,
        "behavior": side.behavior.sha,
        "model": model.key,
        "text": reply.text,
        "tool_calls": list(reply.tool_calls),
        "finish_reason": reply.finish_reason,
        "schema_ok": checked.ok,
        "problems": list(checked.problems),
        "refusal": is_refusal(reply.text, reply.finish_reason, reply.refusal).yes,
        "prompt_tokens": reply.prompt_tokens,
        "cached_tokens": reply.cached_tokens,
        "output_tokens": reply.output_tokens,
        "cost_usd": cost(model.price, reply.prompt_tokens, reply.cached_tokens, reply.output_tokens),
        "latency_s": reply.latency_s,
    }


def _print(told: dict[str, Any]) -> None:
    click.echo(told["text"])
    for call in told["tool_calls"]:
        click.echo(f"calls {call['name']}({call['arguments']})")
    click.echo(f"\n{told['name']} on {told['model']}, ended: {told['finish_reason'] or 'not said'}", err=True)
    verdict = {True: "kept", False: "broken: " + "; ".join(told["problems"]), None: "none to keep"}[told["schema_ok"]]
    click.echo(f"schema   {verdict}" + (", and it is a refusal" if told["refusal"] else ""), err=True)
    counts = [_known(told[name]) for name in ("prompt_tokens", "cached_tokens", "output_tokens")]
    click.echo("tokens   {} in, of them {} cached, {} out".format(*counts), err=True)
    paid = "unknown" if told["cost_usd"] is None else f"{told['cost_usd']:.6f} USD"
    click.echo(f"cost     {paid}\nlatency  {told['latency_s']:.2f} s", err=True)


def _known(count: int | None) -> str:
    return "unknown" if count is None else str(count)
