"""`promptship prompt new`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from deployments.cli.output import as_json, document, environment_option

if TYPE_CHECKING:
    from deployments.cli.registry_here import Here


class _Base(NamedTuple):
    """The version to start from, and why this one; `differs` when what is live is not what the file says."""

    version: str
    why: str
    differs: bool = False


@click.command("new")
@click.argument("prompt")
@environment_option()
@click.option("--from", "start", metavar="VERSION", help="Start from this one; default: live there, else the newest.")
@click.option("--author", default=None, help="Who; default: your account.")
@as_json
def command(prompt: str, environment: str, start: str | None, author: str | None, json_: bool) -> None:
    """Write the next version of PROMPT, with a change note to fill in.

    It is the live version of the environment again, comments and layout included. Lint refuses it until the note says
    something.
    """
    from deployments.cli.registry_here import Here
    from registry.drafting import draft, number_after, write_new

    here = Here.find()
    base = _base(here, prompt, environment, start)
    version = number_after(here.catalog.versions(prompt))
    source = here.catalog.path(prompt, base.version).read_text(encoding="utf-8-sig")
    made = draft(source, here.catalog.written(prompt, base.version), version, author or getpass.getuser())
    path = here.catalog.path(prompt, version)
    write_new(path, made.text)
    if json_:
        told = {"path": path, "version": version, "base": base.version, "layout_kept": made.layout_kept}
        document("draft", **told, live_differs=base.differs)
    else:
        _tell(prompt, version, path, base, made.layout_kept)


def _base(here: Here, prompt: str, environment: str, start: str | None) -> _Base:
    """Raises UnknownPrompt, UnknownVersion."""
    newest = _newest(here, prompt)
    if start:
        return _Base(here.concrete(prompt, start), "as you asked")
    route = here.publisher.read_table(environment).prompts.get(prompt)
    if route is None:
        return _Base(newest, f"the newest: nothing is live in {environment}")
    side = here.side(prompt, route.live.version)
    differs = side.behavior.sha != route.live.behavior
    return _Base(route.live.version, f"live in {environment}", differs)


def _newest(here: Here, prompt: str) -> str:
    """Raises UnknownPrompt, with how a prompt begins."""
    from registry.errors import UnknownPrompt

    try:
        return here.catalog.latest(prompt)
    except UnknownPrompt as unknown:
        begin = f"A first version is written as {here.catalog.path(prompt, 'v1')}, or brought in by `prompt import`"
        raise UnknownPrompt(unknown.found, expected=unknown.expected, fix=f"{unknown.fix}. {begin}") from None


def _tell(prompt: str, version: str, path: Path, base: _Base, layout_kept: bool) -> None:
    click.echo(f"wrote {path} from {base.version} ({base.why})")
    if not layout_kept:
        click.echo("its comments and layout could not be kept: the file was not written line by line", err=True)
    if base.differs:
        click.echo(f"what is live as {base.version} is not what this registry says it is: compare first", err=True)
    click.echo(f"fill in its change note, then: promptship prompt lint {prompt} {version}")
