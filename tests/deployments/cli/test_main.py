from __future__ import annotations

import errno
import importlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import click
import pytest

from deployments.cli.main import NOUNS, cli, run

HEAVY = ("duckdb", "litellm", "numpy", "prefect", "pydantic", "rich", "yaml")


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_every_noun_is_a_command_that_says_what_help_says(name: str) -> None:
    command: click.Command = importlib.import_module(f"deployments.cli.{NOUNS[name].module}").command
    assert command.name == name
    assert (command.help or "").partition(";")[0].startswith(NOUNS[name].about.rstrip("."))


def _commands(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        return [(path, command)]
    return [found for name, one in command.commands.items() for found in _commands(one, (*path, name))]


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_every_command_speaks_json(name: str) -> None:
    noun: click.Command = importlib.import_module(f"deployments.cli.{NOUNS[name].module}").command
    for path, command in _commands(noun, (name,)):
        assert any("--json" in option.opts for option in command.params), path


def test_a_full_disk_is_a_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/home/outbox/op_1.json")

    monkeypatch.setattr(cli, "main", full)
    assert run(["live", "show"]) == 3
    assert capsys.readouterr().err.startswith("PS-E000: /home/outbox/op_1.json could not be written")


@pytest.mark.parametrize("broken", [NotADirectoryError, IsADirectoryError, FileExistsError, FileNotFoundError])
def test_a_path_that_cannot_be_used_is_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: type[OSError]
) -> None:
    code = {NotADirectoryError: errno.ENOTDIR, IsADirectoryError: errno.EISDIR, FileExistsError: errno.EEXIST}
    error = broken(code.get(broken, errno.ENOENT), "No", "/home/file/spool")

    def wrong(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", wrong)
    assert run(["live", "show"]) == 3
    assert capsys.readouterr().err.startswith("PS-E000: /home/file/spool cannot be used: No. Correct the path")


def test_help_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys; from deployments.cli.main import run; run(['--help']);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in NOUNS)


@pytest.mark.parametrize(
    "arguments",
    [("relase",), ("release", "strat"), ("rollback", "parcel-sort"), ("changelog", "--since", "two days"), ("sql",)],
)
def test_wrong_usage_is_64_and_one_message(promptship: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    said = promptship(*arguments)
    assert (said.code, said.out) == (64, "")
    assert said.err.startswith("PS-U001: ")
    assert promptship(*arguments, "--json").document["error"]["code"] == "PS-U001"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("relase",), "did you mean 'release'? See `promptship --help`."),
        (("release", "strat"), "did you mean 'start'? See `promptship release --help`."),
        (("release", "nonsense"), "No such command 'nonsense'. See `promptship release --help`."),
        (("rollback", "parcel-sort"), "See `promptship rollback --help`."),
    ],
)
def test_wrong_usage_says_where_the_right_one_is(
    promptship: Callable[..., Any], arguments: tuple[str, ...], says: str
) -> None:
    assert says in promptship(*arguments).err


def test_a_noun_alone_shows_its_verbs_whole(promptship: Callable[..., Any]) -> None:
    said = promptship("prompt")
    assert (said.code, said.out) == (64, "")
    assert said.err.startswith("Usage: promptship prompt")
    assert "..." not in said.err.partition("Commands:")[2]
