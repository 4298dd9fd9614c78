"""`promptship report`: one release as a document."""

from __future__ import annotations

import click

from deployments.cli.output import as_json, document


@click.command("report")
@click.argument("release_id")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "markdown"]),
    default="html",
    show_default=True,
    help="A page that stands alone, or text for a pull request.",
)
@click.option("--stdout", is_flag=True, help="Print the report, not where it is.")
@click.option("--open", "show", is_flag=True, help="Show it in the browser.")
@as_json
def command(release_id: str, form: str, stdout: bool, show: bool, json_: bool) -> None:
    """Write the report of a release, in both formats, and say where it is.

    With PROMPTSHIP_REPORTS=s3://bucket/prefix it is kept there as well; stderr says where.
    """
    from tasks.release.workspace import Workspace
    from tasks.report.writing import write_report

    written = write_report(Workspace.here("cli"), release_id)
    path, text = (written.page, written.html) if form == "html" else (written.path, written.markdown)
    if json_:
        content = {form: text} if stdout else {}
        document("report", release_id=release_id, path=path, shared=written.shared, **content)
    else:
        click.echo(text if stdout else path, nl=not stdout)
        if written.shared:
            click.echo(written.shared, err=True)
    if show:
        click.launch(path.as_uri())
