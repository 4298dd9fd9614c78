"""`promptship deploy`: the Prefect server as the files say."""

from __future__ import annotations

from pathlib import Path

import click

from deployments.cli.output import as_json, document


@click.command("deploy")
@as_json
def command(json_: bool) -> int:
    """Bring a Prefect server to what the files say; the one that PREFECT_API_URL names.

    Deployments, their forms and automations are created or updated; deployments of ours that are in no file any more
    are removed. Run it after a version was locked: the forms offer what the lock holds.
    """
    from deployments.deploying import deploy
    from registry.roots import Roots

    done = deploy(Path(__file__).resolve().parents[2], Roots.find())
    if json_:
        document("deploy", **done._asdict())
    else:
        for what, names in done._asdict().items():
            click.echo(f"{what}: {', '.join(names) or 'none'}")
    return 0
