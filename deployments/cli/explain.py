"""`promptship explain`: why a metric moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from deployments.cli.durations import back, since_option
from deployments.cli.output import as_json, document, environment_option, table

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from tasks.explain.explain import Explanation, Part
    from tasks.explain.question import Answer, Question
    from tasks.ledger.windowed import Asked
    from tasks.release.workspace import Workspace

_COLUMNS = ("factor", "part", "of the change", "low", "high", "told", "behind it")
_CANNOT_TELL = 2
_NAMES = ("longer-prompt", "fan-out", "model", "tool-schema")


@click.command("explain")
@click.argument("prompt")
@environment_option()
@click.option("--metric", default=None, help="Which metric moved.")
@click.option("--question", type=click.Choice(_NAMES), default=None, help="Answer one of the four above.")
@since_option("24h")
@click.option("--from", "before", default=None, metavar="VERSION", help="Compare this version...")
@click.option("--to", "after", default=None, metavar="VERSION", help="...with this one, both within --since.")
@as_json
def command(
    prompt: str,
    environment: str,
    metric: str | None,
    question: Any,
    since: Any,
    before: str | None,
    after: str | None,
    json_: bool,
) -> int:
    """Why a metric moved, split by what moved it; the parts add up, each with a 95 % interval.

    Compares the time since --since with the same time before it, or two versions. What changed at once is one part:
    cannot tell.

    \b
    --question longer-prompt   did cost rise because the prompt got longer?
    --question fan-out         did latency rise because retrieval fan-out changed?
    --question model           did quality drop because the model changed?
    --question tool-schema     did tool errors rise because the tool schema changed?

    With --question the exit code is 2 when it cannot be told.
    """
    from tasks.explain import asking
    from tasks.explain.question import QUESTIONS, answer
    from tasks.release.workspace import Workspace

    workspace = Workspace.here()
    put = QUESTIONS[question] if question else None
    named = metric or (put.metric if put else None)
    if named is None:
        raise click.UsageError("Say what to explain: --metric NAME or --question NAME")
    workspace.catalog.metrics.metric(named)
    asked = _asked(workspace, environment, prompt, named, since, before, after)
    found = asking.ask(workspace.store, asked, lambda behavior: _shas(workspace, behavior))
    answered = answer(put, found) if put else None
    if json_:
        _document(asked, found, put, answered)
    else:
        _print(asked, found, put, answered)
    return _CANNOT_TELL if answered and answered.word == "cannot tell" else 0


def _asked(
    workspace: Workspace, environment: str, prompt: str, metric: str, since: Any, before: str | None, after: str | None
) -> Asked:
    """The two windows. Raises UsageError for half of a pair of versions, UnknownPrompt, UnknownVersion."""
    from tasks.ledger.windowed import Asked, Window

    if (before is None) != (after is None):
        raise click.UsageError("Give both --from and --to, or neither")
    now = workspace.now()
    begin = back(now, since) or now
    if before is not None and after is not None:
        shas = [_behavior(workspace.catalog, prompt, version) for version in (before, after)]
        return Asked(environment, prompt, metric, *(Window(begin, now, sha) for sha in shas))
    workspace.catalog.versions(prompt)
    return Asked(environment, prompt, metric, Window(back(begin, since) or begin, begin), Window(begin, now))


def _behavior(catalog: Catalog, prompt: str, version: str) -> str:
    return catalog.behavior(catalog.get(prompt, version)).sha


def _shas(workspace: Workspace, behavior: str) -> Mapping[str, str] | None:
    from registry.errors import ArtifactCorrupt

    try:
        return {str(name): sha for name, sha in workspace.publisher.get_artifact(behavior).shas.items()}
    except ArtifactCorrupt:
        return None


def _document(asked: Asked, found: Explanation, put: Question | None, answered: Answer | None) -> None:
    windows = {name: getattr(asked, name)._asdict() for name in ("before", "after")}
    head = {"prompt": asked.prompt_id, "environment": asked.environment, "metric": found.metric, "windows": windows}
    counts = {"requests": found.requests, "components_changed": found.changed}
    moved = {name: _number(getattr(found, name)) for name in ("before", "after", "change", "low", "high")}
    reply = {"question": put.text, **answered._asdict()} if put and answered else None
    document("explanation", **head, **counts, **moved, parts=[_part(part) for part in found.parts], answer=reply)


def _part(part: Part) -> dict[str, Any]:
    numbers = {name: _number(getattr(part, name)) for name in ("value", "low", "high")}
    return {"factors": part.factors, **numbers, "told": part.told, "behind": part.behind}


def _number(value: Decimal | None) -> float | None:
    """The shortest text of the float is the decimal again: it has six digits."""
    return None if value is None else float(value)


def _print(asked: Asked, found: Explanation, put: Question | None, answered: Answer | None) -> None:
    if put and answered:
        click.echo(f"{put.text} {answered.word}: {answered.why}")
    ends = "with fewer than 10 units in a window there is no interval" if found.low is None else _between(found)
    click.echo(f"{found.metric} of {asked.prompt_id} in {asked.environment}")
    for name, window, mean, n in zip(
        ("before", "after"), (asked.before, asked.after), (found.before, found.after), found.requests, strict=True
    ):
        of = f", bv_{window.behavior[:12]}" if window.behavior else ""
        click.echo(f"  {name:7}{_span(window.since, window.until)}{of}: {_shown(mean)}, {n} requests")
    click.echo(f"  change {_signed(found.change)}, {ends}")
    click.echo(f"  components that changed: {', '.join(found.changed) or 'none'}")
    table(_COLUMNS, [_line(part, found) for part in found.parts])


def _span(since: datetime, until: datetime) -> str:
    return f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"


def _between(found: Explanation) -> str:
    said = "" if found.moved else ": not beyond chance"
    return f"95 % between {_signed(found.low)} and {_signed(found.high)}{said}"


def _signed(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:+f}" if value else "0"


def _shown(value: Decimal) -> str:
    return f"{value:f}" if value else "0"


def _line(part: Part, found: Explanation) -> dict[str, Any]:
    share = f"{round(100 * part.value / found.change)} %" if found.moved else None
    which = "; which of them: cannot tell" if len(part.behind) > 1 else ""
    return {
        "factor": " + ".join(part.factors),
        "part": _signed(part.value),
        "of the change": share,
        "low": _signed(part.low),
        "high": _signed(part.high),
        "told": part.told,
        "behind it": f"{' or '.join(part.behind)}{which}" if part.behind else None,
    }
