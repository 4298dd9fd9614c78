"""`promptship release plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, environment_option, table

if TYPE_CHECKING:
    from tasks.planning.prospect import Prospect

_NEEDED = "median / 80 % of such canaries"


@click.command("plan")
@click.argument("prompt")
@click.argument("version")
@environment_option()
@click.option("--again", is_flag=True, help="As a new attempt after a finished one.")
@as_json
def command(prompt: str, version: str, environment: str, again: bool, json_: bool) -> None:
    """What releasing PROMPT VERSION would take, and what it could find; no model is called.

    Steps with calls, money and minutes; what the gate can detect with its set; the canary's guards with the units and
    the days they need at today's traffic; what cannot be tested.
    """
    from deployments.cli.naming import concrete
    from tasks.planning.foreseeing import foresee
    from tasks.release.ahead import ahead
    from tasks.release.orders import ReleaseOrder
    from tasks.release.workspace import Workspace

    here = Workspace.here()
    known = here.catalog.get(prompt, concrete(here.catalog, here.publisher, prompt, version)).name
    reason = "a plan" if again else ""
    order = ReleaseOrder(version=known, environment=environment, again=again, reason=reason)
    found = ahead(here, order, here.now())
    if found is None:
        sentence = f"{known} is already live in {environment}"
        document("release_plan", state="already_live", sentence=sentence) if json_ else click.echo(sentence)
        return
    prospect = foresee(here, found.record, found.attempt, here.now())
    if json_:
        document("release_plan", state="planned", obstacle=found.obstacle, **prospect.dump())
    else:
        _print(prospect, found.obstacle)


def _print(prospect: Prospect, obstacle: str | None) -> None:
    from tasks.planning.text import canary_sentence, gate_sentence, takes

    attempt = f", attempt {prospect.attempt}" if prospect.attempt > 1 else ""
    title = (
        f"{prospect.version} to {prospect.environment}, from {prospect.from_version or 'nothing'}, risk {prospect.risk}"
    )
    click.secho(title + attempt, bold=True)
    table(("step", "calls", "USD", "minutes", "what"), _steps(prospect))
    click.echo(takes(prospect) + "\n\n" + gate_sentence(prospect.gate))
    if prospect.canary is not None:
        click.echo(canary_sentence(prospect.canary))
        table(_GUARDS, _guards(prospect), title=f"canary units, {_NEEDED}")
    for row in prospect.untestable:
        click.echo(f"cannot be tested: {row.what}: {row.why}")
    for note in (*prospect.notes, *([f"release start would refuse it: {obstacle}"] if obstacle else [])):
        click.echo(f"note: {note}")


_GUARDS = ("guard", "from", "to prove harmless", "in", "to find twice the margin", "found in")


def _steps(prospect: Prospect) -> list[dict[str, Any]]:
    from tasks.planning.text import money, steps_calls, steps_minutes

    return [
        {
            "step": step.step,
            "calls": steps_calls(step),
            "USD": money(step.least, step.most).removesuffix(" USD").removeprefix("cost ") if step.most.calls else "-",
            "minutes": steps_minutes(step),
            "what": step.note,
        }
        for step in prospect.steps
    ]


def _guards(prospect: Prospect) -> list[dict[str, Any]]:
    from tasks.planning.text import days, guard_source, units

    return [
        {
            "guard": guard.guard,
            "from": guard_source(guard),
            "to prove harmless": units(guard, guard.prove),
            "in": days(guard.prove_days),
            "to find twice the margin": units(guard, guard.find),
            "found in": days(guard.find_days),
        }
        for guard in (prospect.canary.guards if prospect.canary else ())
    ]
