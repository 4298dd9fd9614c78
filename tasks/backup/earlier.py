"""Routes as they were kept before each environment had a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from registry.runtime import layout

_MODELS = "models.json"


def sort_routes(routes: Path) -> None:
    """One folder an environment, in place; nothing where it is so already.

    Each gets all models, as nothing says which of them it uses. Readers go: they say within seconds what they serve.
    """
    tables = [path for path in routes.glob("*.json") if path.name != _MODELS]
    for table in tables:
        _move(routes, table)
    if tables:
        (routes / _MODELS).unlink(missing_ok=True)
        for folder in (layout.HISTORY, layout.READERS):
            shutil.rmtree(routes / folder, ignore_errors=True)


def _move(routes: Path, table: Path) -> None:
    environment = table.stem
    (routes / environment).mkdir()
    table.rename(routes / layout.table(environment))
    if (routes / _MODELS).is_file():
        shutil.copy2(routes / _MODELS, routes / layout.models(environment))
    before = routes / layout.HISTORY / environment
    if before.is_dir():
        before.rename(routes / layout.history(environment))
