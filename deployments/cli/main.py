"""`promptship`: noun, then verb. Each noun is a module of this folder, imported only when it is asked for.

Exit codes: 0 pass, 1 reject, 2 inconclusive, held or not decided yet, 3 error, 64 wrong usage, 130 interrupted.
Results go to stdout, progress and errors to stderr; with --json stdout is one JSON document and nothing else.
"""

from __future__ import annotations

import errno
import importlib
import json
import sys
from typing import Any, NamedTuple

import click

from deployments.cli.verbs import Verbs
from registry.errors import PromptshipError

WRONG_USAGE = 64
INTERRUPTED = 130
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_GRANT = "Use an account that may, or let this one: docs/access.md says what each needs"
_WRONG_PATH = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP)
_MAKE_ROOM = "Make room, then run the same command again: it goes on where it stopped"


class Noun(NamedTuple):
    """The module of this folder that has the command, and what `promptship --help` says without importing it."""

    module: str
    about: str


NOUNS = {
    "backup": Noun("backup", "The state of this installation in one file."),
    "changelog": Noun("changelog", "What changed, why, what it should move, and how to reverse it."),
    "ci": Noun("ci", "Check what a pull request changes, release what a merge brought."),
    "demo": Noun("demo", "The whole product in a few minutes, on a local model."),
    "deploy": Noun("deploy", "Bring a Prefect server to what the files say."),
    "doctor": Noun("doctor", "What this installation is made of, and what is wrong with it."),
    "drift": Noun("drift", "Whether the models behind live prompts still answer as they did."),
    "eval": Noun("evals", "Run a prompt version on the cases that authors tune on."),
    "evalset": Noun("evalset", "The golden cases."),
    "experiment": Noun("experiment", "A canary read as an A/B test."),
    "explain": Noun("explain", "Why a metric moved, split by what moved it."),
    "init": Noun("init", "Set up a repository for a team's own prompts."),
    "judge": Noun("judge", "Models that score answers, compared with people."),
    "live": Noun("live", "What applications get, and an operator's hand on it."),
    "matrix": Noun("matrix", "Every live prompt on every model: does it hold there."),
    "metrics": Noun("metrics", "What the requests of a prompt came to, by version, intent and day."),
    "model": Noun("model", "The models: when they retire, what they answer to, and how to leave one."),
    "monitor": Noun("monitor", "Carry on canaries whose release died, and watch what is live."),
    "observability": Noun("observability", "Prometheus rules, a dashboard and the metrics they read."),
    "prompt": Noun("prompt", "The prompts of the registry."),
    "quality": Noun("quality", "How good live answers are, on a sample."),
    "rehearse": Noun("rehearse", "Prove that what is live can go back to the version before."),
    "release": Noun("release", "Bring a prompt version into an environment."),
    "report": Noun("report", "Write the report of a release, in both formats, and say where it is."),
    "restore": Noun("restore", "Put a backup back."),
    "rollback": Noun("rollback", "Take a canary back, or live to the version before."),
    "serve": Noun("serve", "Server, worker and deployments on this machine, under a supervisor."),
    "snippet": Noun("snippet", "The passages that prompts share."),
    "sql": Noun("sql", "Ask the ledger, read-only."),
    "trace": Noun("trace", "What applications asked and got."),
}


class _Lazy(Verbs):
    """A group whose commands are imported by name, so that `--help` of one noun does not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(NOUNS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in NOUNS:
            return None
        module = importlib.import_module(f"deployments.cli.{NOUNS[name].module}")
        command: click.Command = module.command
        return command

    def _about(self, ctx: click.Context, name: str) -> str:
        return NOUNS[name].about


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="promptship-pipeline", prog_name="promptship")
def cli() -> None:
    """A release pipeline for LLM prompts."""


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every error a person can cause is one message."""
    try:
        result = cli.main(args=arguments, prog_name="promptship", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. The same command goes on where this one stopped.", err=True)
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_USAGE
    except click.ClickException as error:
        _show(arguments, "PS-U001", *_wrong_usage(error))
        return WRONG_USAGE
    except PermissionError as error:
        found = f"This account may not use {error.filename or error}"
        _show(arguments, "PS-E000", f"{found}. {_GRANT}.", {"found": found, "fix": _GRANT})
        return PromptshipError.exit_code
    except ConnectionError as error:
        found, fix = str(error), "See that this machine reaches it, then run the same command again"
        _show(arguments, "PS-E000", f"{found}. {fix}.", {"found": found, "fix": fix})
        return PromptshipError.exit_code
    except OSError as error:
        found, fix = _of_files(error)
        _show(arguments, "PS-E000", f"{found}. {fix}.", {"found": found, "fix": fix})
        return PromptshipError.exit_code
    except PromptshipError as error:
        _show(arguments, error.code, str(error), {"found": error.found, "expected": error.expected, "fix": error.fix})
        return error.exit_code


def _of_files(error: OSError) -> tuple[str, str]:
    """What is wrong with a disk or a path, and what to do. Raises the error itself where it is neither."""
    if error.errno in _NO_ROOM:
        return f"{error.filename or 'The disk'} could not be written: {error.strerror}", _MAKE_ROOM
    if error.errno in _WRONG_PATH and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}", "Correct the path, then run the same command again"
    raise error


def _wrong_usage(error: click.ClickException) -> tuple[str, dict[str, Any]]:
    """The message, and its parts: what was found, and where the right usage is shown."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    found = error.format_message().rstrip(".")
    fix = f"See `{context.command_path if context else 'promptship'} --help`"
    return f"{found}{'' if found.endswith('?') else '.'} {fix}.", {"found": found, "fix": fix}


def _show(arguments: list[str], code: str, message: str, parts: dict[str, Any]) -> None:
    if "--json" in arguments:
        click.echo(json.dumps({"format": 1, "error": {"code": code, "message": message, **parts}}))
    else:
        click.echo(f"{code}: {message}", err=True)


def main() -> None:
    code = run(sys.argv[1:])
    drivers = sys.modules.get("registry.runtime.drivers")
    if drivers is not None:
        drivers.close_all()
    sys.exit(code)


if __name__ == "__main__":
    main()
