"""`promptship prompt show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployments.cli.output import as_json, document, table

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here
    from registry.artifact import PromptVersion
    from registry.diff.lineage import Side


@click.command("show")
@click.argument("prompt")
@click.argument("version", default="latest")
@as_json
def command(prompt: str, version: str, json_: bool) -> None:
    """One version: its behavior by component, what of the prompt is live where, and which eval sets protect it.

    VERSION may also be the name of an environment, for what is live there; by default it is the newest.
    """
    from deployments.cli.registry_here import Here
    from registry.serving import serving

    here = Here.find()
    side = here.side(prompt, here.concrete(prompt, version))
    live = serving(here.tables(), prompt)
    evals = _evals(here, side.version)
    snippets = here.catalog.included(side.version)
    if json_:
        behavior = {"behavior": side.behavior.sha, "components": side.behavior.shas, "snippets": snippets}
        document("prompt", version=side.version, **behavior, live=[one._asdict() for one in live], evals=evals)
        return
    _print(side, evals, snippets)
    for one in live:
        click.echo(f"{one.version}: {one.said}")
    click.echo("" if live else "nothing of it is live")


def _evals(here: Here, version: PromptVersion) -> list[dict[str, Any]]:
    """The sets that it names, then those that are made for its use case. `problem` for one that cannot be read."""
    from registry.errors import PromptshipError
    from tasks.evaluation import evalset

    named = {"fast": version.evals.fast, "full": version.evals.full} if version.evals else {}
    rows = [_named(here, role, name) for role, name in named.items()]
    known = {name.partition("/")[0] for name in named.values()}
    for name in evalset.names(here.roots.evalsets):
        try:
            library = evalset.read(here.roots.evalsets, name)
        except PromptshipError:
            continue
        if name not in known and library.evalset.prompt_use == version.use_case:
            rows.append({"role": "not named", "name": name, "cases": len(library.cases), "problem": None})
    return rows


def _named(here: Here, role: str, name: str) -> dict[str, Any]:
    from registry.errors import PromptshipError
    from tasks.evaluation import evalset

    try:
        selection = evalset.load(here.roots.evalsets, name)
    except PromptshipError as error:
        return {"role": role, "name": name, "cases": None, "problem": error.found}
    return {"role": role, "name": name, "cases": len(selection.cases), "problem": None}


def _print(side: Side, evals: list[dict[str, Any]], snippets: list[str]) -> None:
    from registry.behavior import COMPONENTS

    version, behavior = side.version, side.behavior
    click.echo(f"{version.name}  {behavior.id}  risk {version.risk}  model {version.model}  owner {version.owner}")
    click.echo(f"{version.purpose}\n")
    table(("component", "sha"), [{"component": name, "sha": behavior.shas[name][:12]} for name in COMPONENTS])
    if snippets:
        click.echo(f"\nsnippets in the prompt: {', '.join(snippets)}")
    click.echo(f"\nwhy: {version.change.why} ({version.change.author})")
    for row in evals:
        size = row["problem"] or f"{row['cases']} cases"
        click.echo(f"{row['role']} evals: {row['name']}, {size}")
    if not evals:
        click.echo("no eval set protects it")
