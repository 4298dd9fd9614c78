"""`promptship restore`: put a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from deployments.cli.output import as_json, document


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also over state that is there; it is moved aside, not deleted.")
@as_json
def command(file: Path, replace: bool, json_: bool) -> None:
    """Put a backup back: check it whole, then put it into the state home. Stop releases and monitor before.

    Restart applications afterwards: one that runs keeps the newer routes that it has seen.
    """
    from registry.roots import Roots
    from tasks.backup.restoring import restore
    from tasks.release.workspace import wall_clock

    roots = Roots.find()
    done = restore(roots, file, wall_clock(), replace=replace)
    if json_:
        document("restore", home=roots.home, made_at=done.manifest.made_at, files=len(done.manifest.files),
                 releases=done.releases, aside=done.aside, same_lock=done.same_lock)  # fmt: skip
        return
    click.echo(f"{roots.home}: the state of {done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, {done.releases} releases")
    if done.aside is not None:
        click.echo(f"What was there is in {done.aside}")
    if not done.same_lock:
        click.echo("registry.lock is another one now: see `promptship doctor` for versions that changed")
    click.echo("Restart applications: one that runs keeps the newer routes that it has seen")
