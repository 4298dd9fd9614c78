"""`promptship backup`: the state of this installation in one file."""

from __future__ import annotations

from pathlib import Path

import click

from deployments.cli.output import as_json, document


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def command(file: Path, json_: bool) -> None:
    """The state of this installation in one file: ledger, routes, artifacts, outbox, spool and reports of one moment.

    Releases and applications may run meanwhile. The file holds what users wrote and the key of the units: keep it as
    the state home itself. The registry and the eval sets are not in it, they are in version control.
    """
    from registry.roots import Roots
    from tasks.backup.making import make
    from tasks.release.workspace import wall_clock

    manifest = make(Roots.find(), file, wall_clock())
    size = file.stat().st_size
    if json_:
        document("backup", file=file, bytes=size, files=len(manifest.files), schema_version=manifest.schema_version)
    else:
        click.echo(
            f"{file}: {len(manifest.files)} files, {size / 1e6:.1f} MB, schema version {manifest.schema_version}"
        )
