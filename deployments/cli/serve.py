"""`promptship serve`: everything that a small machine needs, up and kept up."""

from __future__ import annotations

from pathlib import Path

import click

from deployments.cli.output import as_json, document


@click.command("serve")
@click.option("--port", default=4200, show_default=True, help="Of the Prefect server, on 127.0.0.1.")
@click.option("--stop", "ending", is_flag=True, help="End what was started here before.")
@as_json
def command(port: int, ending: bool, json_: bool) -> int:
    """Server, worker and deployments on this machine, under a supervisor; until Ctrl-C or --stop.

    What dies is started again. State and logs are in the state directory, under prefect/.
    """
    from deployments import serving
    from registry.roots import Roots

    home = Roots.find().home / "prefect"
    if ending:
        stopped = serving.stop(home)
        _say(json_, stopped, "stopped" if stopped else "nothing was running")
        return 0
    serving.serve(home, Path(__file__).resolve().parents[2], port)
    _say(json_, True, "stopped")
    return 0


def _say(json_: bool, stopped: bool, sentence: str) -> None:
    if json_:
        document("serve", stopped=stopped)
    else:
        click.echo(sentence)
