"""DuckDB's extensions from their Python wheels: nothing is downloaded, and nothing installed beside the environment."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import NoReturn

import duckdb

from registry.errors import SettingsError


def load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load the extension of exactly this DuckDB. Raises SettingsError when its wheel is not there."""
    try:
        folder = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    except ModuleNotFoundError:
        _missing(name)
    entry = folder / f"{name}.duckdb_extension"
    if not entry.is_file():
        _missing(name)
    with as_file(entry) as path:
        quoted = str(path).replace("'", "''")
        connection.execute(f"LOAD '{quoted}'")


def _missing(name: str) -> NoReturn:
    raise SettingsError(
        f"the extension {name!r} of DuckDB {duckdb.__version__} is not installed",
        expected=f"the package duckdb-extension-{name.replace('_', '-')}, of the same version as DuckDB",
        fix="pip install 'promptship-pipeline[scale]'",
    ) from None
