"""`promptship model`: list, lock, check, upgrade."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from deployments.cli.model_upgrade import command as upgrade
from deployments.cli.output import as_json, document, table
from deployments.cli.verbs import Verbs

_COLUMNS = ("model", "pinned", "released", "retires", "days left", "locked", "prompts", "here")
_NAMES = click.argument("names", nargs=-1)


@click.group("model", cls=Verbs)
def command() -> None:
    """The models: when they retire, what they answer to, and how to leave one."""


command.add_command(upgrade)


@command.command("list")
@as_json
def list_(json_: bool) -> None:
    """Every model, with the days until it retires and the prompts whose newest version names it."""
    from registry.catalog import Catalog
    from registry.models_lock import FILE, read
    from registry.roots import Roots
    from tasks.release.workspace import wall_clock

    catalog, today = Catalog(Roots.find().registry), wall_clock().date()
    locked = read(catalog.root / FILE)
    rows = [_row(catalog, name, name in locked, today) for name in catalog.models]
    if json_:
        document("models", models=rows)
        return
    table(_COLUMNS, rows)
    for row in rows:
        if row["days left"] is not None and row["days left"] < 60 and row["prompts"]:
            click.secho(f"{row['model']} retires on {row['retires']}: promptship model upgrade {row['model']} --to NEW")


def _row(catalog: Any, name: str, locked: bool, today: date) -> dict[str, Any]:
    from tasks.matrix.gathering import obstacle

    model = catalog.models[name]
    newest = [catalog.read(prompt, catalog.latest(prompt)) for prompt in catalog.prompts()]
    return {
        "model": name,
        "pinned": model.key,
        "released": model.released,
        "retires": model.retires,
        "days left": (model.retires - today).days if model.retires else None,
        "locked": "yes" if locked else None,
        "prompts": [version.id for version in newest if name in (version.model, *version.fallbacks)],
        "here": obstacle(name, model) or "can be asked",
    }


@command.command("lock")
@_NAMES
@as_json
def lock(names: tuple[str, ...], json_: bool) -> int:
    """Ask each model five short questions, try what it takes, and write models.lock.

    Default: all that can be asked from here. Commit the file: `model check` fails when an endpoint does not answer as
    it says. Exit 3 when a model that was named cannot be locked.
    """
    from registry.errors import ModelError
    from registry.models_lock import FILE, read, write
    from registry.resolution import model_named
    from tasks.matrix.gathering import obstacle
    from tasks.release.workspace import Workspace
    from tasks.sentinel.locking import lock as lock_

    here = Workspace.here()
    models = here.catalog.models
    wanted = {name: model_named(name, models) for name in names} or {
        name: model for name, model in models.items() if obstacle(name, model) is None
    }
    path = here.catalog.root / FILE
    entries, failed = dict(read(path)), {}
    for name, model in wanted.items():
        try:
            entries[name] = lock_(here, name, model)
        except ModelError as error:
            failed[name] = error.found
    write(path, {name: entry for name, entry in entries.items() if name in models})
    if json_:
        document("models_lock", path=path, locked=sorted(wanted.keys() - failed.keys()), failed=failed)
    else:
        click.echo(f"wrote {path}: {', '.join(sorted(wanted.keys() - failed.keys())) or 'nothing new'}")
        for name, why in failed.items():
            click.echo(f"not locked: {name}: {why}", err=True)
    return 3 if failed else 0


@command.command("check")
@_NAMES
@as_json
def check(names: tuple[str, ...], json_: bool) -> int:
    """Hold the live endpoints against models.lock; exit 1 when one changed, 2 when one cannot be asked."""
    from registry.errors import UsageError
    from registry.models_lock import FILE, read
    from tasks.matrix.gathering import obstacle
    from tasks.release.workspace import Workspace
    from tasks.sentinel.locking import Difference
    from tasks.sentinel.locking import check as check_

    here = Workspace.here()
    models, locked = here.catalog.models, read(here.catalog.root / FILE)
    unknown = [name for name in names if name not in locked] or ([] if locked else ["nothing"])
    if unknown:
        raise UsageError(
            f"models.lock has no entry for {', '.join(unknown)}",
            expected="models that are locked",
            fix="promptship model lock, and commit registry/models.lock",
        )
    found = []
    for name in names or locked:
        if name not in models:
            found.append(Difference(name, "changed", "it is not in models.yaml any more"))
        elif why := obstacle(name, models[name]):
            found.append(Difference(name, "unreachable", why))
        else:
            found.append(check_(name, models[name], locked[name]))
    if json_:
        document("models_check", models=[one._asdict() for one in found])
    else:
        table(Difference._fields, [one._asdict() for one in found])
    states = {one.state for one in found}
    return 1 if "changed" in states else 2 if "unreachable" in states else 0
