"""The versions that are installed, against those that are known to work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.version import Version

from .finding import Finding

OURS = "promptship-pipeline"
BREAKS = {
    "prefect": "runs, states and events of another minor version of Prefect are untested with these flows",
    "fastapi": "from 0.155 the Prefect server does not start; 0.151 to 0.154 start and answer 422 to `prefect deploy`",
    "sqlalchemy": "with 2.1 the Prefect server looks healthy and never creates a scheduled run",
    "duckdb": "an older version cannot open the ledger, a newer one writes files that others cannot read",
    "litellm": "prices and parameters of models differ from version to version, so this one is pinned exactly",
    "pydantic": "version files, policies and intents are read and hashed through it",
}


def packages() -> Iterator[Finding]:
    """Python and the six packages whose versions matter."""
    yield Finding("python", "ok", sys.version.split()[0])
    try:
        wanted = {one.name: one for text in metadata.requires(OURS) or () if not (one := Requirement(text)).extras}
    except metadata.PackageNotFoundError:
        yield Finding(OURS, "problem", "not installed", "Run `make demo` or `pip install -e .` in the checkout")
        return
    for name, breaks in BREAKS.items():
        yield judge(name, _installed(name), wanted.get(name), breaks)


def judge(name: str, installed: str | None, wanted: Requirement | None, breaks: str) -> Finding:
    """Pure: one package against its pin."""
    pin = str(wanted.specifier) if wanted is not None else "any version"
    fix = f"Install {name}{pin}: {breaks}"
    if installed is None:
        return Finding(name, "problem", f"not installed, {pin} is wanted", fix)
    if wanted is not None and not wanted.specifier.contains(Version(installed), prereleases=True):
        return Finding(name, "problem", f"{installed}, {pin} is wanted", fix)
    return Finding(name, "ok", f"{installed} ({pin})")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
