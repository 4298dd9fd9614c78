"""What the pages tell a reader to type is understood: every noun, verb, argument and option is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from deployments.cli.main import cli

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", ROOT / "deployments" / "starter" / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each `promptship ...` in the shell blocks of a page, up to `&&`, without assignments."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        quoted = r"""(?:"[^"]*"|'[^']*'|[^\n#])"""
        for line in re.findall(rf"^ *(?:[A-Z_]+=\S+ )*promptship ({quoted}+)", block, re.MULTILINE):
            words = shlex.split(line)
            yield words[: words.index("&&")] if "&&" in words else words


def test_there_are_pages_and_commands() -> None:
    assert sum(len(list(commands(page))) for page in PAGES) > 80


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_is_understood(page: Path) -> None:
    wrong = {" ".join(arguments): _complaint(arguments) for arguments in commands(page)}
    assert {said: why for said, why in wrong.items() if why and "does not exist" not in why} == {}


def _complaint(arguments: list[str]) -> str | None:
    """What the command line says against these arguments, None when it takes them; no command is run."""
    command: click.Command = cli
    context, words = click.Context(cli, info_name="promptship"), list(arguments)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        if found is None:
            return "no such command"
        command = found
        context = click.Context(command, parent=context)
    try:
        command.make_context(command.name, words, parent=context.parent)
    except click.UsageError as error:
        return error.format_message()
    return None
