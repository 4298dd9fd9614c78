"""`promptship report`: one release as a document."""

from __future__ import annotations

import click

from deployments.cli.output import as_json, document


@click.command("report")
@click.argument("release_id")
@click.option("--stdout", is_flag=True, help="Print the markdown, not where it is.")
@as_json
def command(release_id: str, stdout: bool, json_: bool) -> None:
    """Write the report of a release and say where it is."""
    from tasks.release.workspace import Workspace
    from tasks.report.release import write_report

    written = write_report(Workspace.here("cli"), release_id)
    if json_:
        text = {"markdown": written.markdown} if stdout else {}
        document("report", release_id=release_id, path=written.path, **text)
    else:
        click.echo(written.markdown if stdout else written.path, nl=not stdout)
