"""`promptship init`: a repository for a team's own prompts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from deployments.cli.output import as_json, document

STARTER = Path(__file__).resolve().parents[1] / "starter"
CI = STARTER.with_name("ci")
_CI = {
    "workflow.yml": Path(".github/workflows/prompts.yml"),
    "action.yml": Path(".github/actions/promptship/action.yml"),
    "promptship-ci.sh": Path(".github/actions/promptship/promptship-ci.sh"),
}
_OPTIONAL = (Path("README.md"), Path(".gitignore"))
"""Left as they are where a repository has them."""
_SHARED = ("models.yaml", "environments.yaml", "metrics.yaml", "policies/*.yaml", "schema/*.schema.json")


class Copy(NamedTuple):
    """`target` is relative to the new repository."""

    source: Path
    target: Path


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@as_json
def command(folder: Path, json_: bool) -> None:
    """Set up a repository for a team's own prompts.

    Into DIR come an example prompt with its eval set, models, environments, metrics, a safety policy, the schemas that
    editors check them by, and the files that CI runs by. Nothing that is there already is touched.
    """
    copies = [copy for copy in _copies() if not (copy.target in _OPTIONAL and (folder / copy.target).exists())]
    _refuse(folder, copies)
    for copy in copies:
        target = folder / copy.target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copy.source, target)
    if json_:
        document("init", folder=folder.absolute(), files=[copy.target for copy in copies])
        return
    click.echo(f"wrote {len(copies)} files to {folder}")
    click.echo(f"next: cd {folder} && promptship prompt lint")


def _copies() -> Iterator[Copy]:
    """The starter's own files, those of CI, and the rules and vocabulary that this installation has."""
    import registry

    own = Path(registry.__file__).parent
    found = [(STARTER, path) for path in STARTER.rglob("*") if path.is_file()]
    yield from (Copy(path, path.relative_to(root)) for root, path in sorted(found))
    yield from (Copy(CI / name, target) for name, target in _CI.items())
    for pattern in _SHARED:
        yield from (Copy(path, Path("registry") / path.relative_to(own)) for path in sorted(own.glob(pattern)))


def _refuse(folder: Path, copies: list[Copy]) -> None:
    """Raises UsageError naming what is there already."""
    from registry.errors import UsageError
    from registry.nearest import listed

    there = [str(copy.target) for copy in copies if (folder / copy.target).exists()]
    if there:
        raise UsageError(
            f"{folder} has already: {listed(there)}",
            expected="a folder without any of the files that are written",
            fix="Name another folder, or move these away",
        )
