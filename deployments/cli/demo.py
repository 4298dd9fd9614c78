"""`promptship demo`: see it work."""

from __future__ import annotations

import click

from deployments.cli.output import as_json, document


@click.command("demo")
@as_json
def command(json_: bool) -> int:
    """The whole product in a few minutes, on a local model."""
    from rich.console import Console

    from deployments.demo.run import run

    code = run(Console(stderr=json_))
    if json_:
        document("demo", exit_code=code)
    return code
