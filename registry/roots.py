"""Where state and data live. Spelled out by environment variables, or found beside a project file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import SettingsError

MARKERS = ("promptship.yaml", "pyproject.toml")
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Roots:
    """The folders of one installation; nothing is created here. What has a URL is on S3-compatible storage instead."""

    home: Path
    registry: Path
    evalsets: Path
    artifacts_at: Path | None = None
    routes_at: Path | None = None
    artifacts_url: str | None = None
    routes_url: str | None = None
    spool_url: str | None = None
    reports_at: Path | None = None
    reports_url: str | None = None
    """Reports are written at home and to here."""
    ledger_at: str | None = field(default=None, repr=False)
    """Where the ledger is when it is not the file at home; may bear a password, so it is never shown."""
    writes: frozenset[str] | None = None
    """The environments that this process may publish to; None: all that its account may."""

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.duckdb"

    @property
    def outbox(self) -> Path:
        return self.home / "outbox"

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def public(self) -> Path:
        return self.home / "public"

    @property
    def reports(self) -> Path:
        return self.reports_at or self.home / "reports"

    @property
    def artifacts(self) -> Path:
        return self.artifacts_at or self.home / "artifacts"

    @property
    def routes(self) -> Path:
        return self.routes_at or self.home / "routes"

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ, cwd: Path | None = None) -> Roots:
        """From PROMPTSHIP_HOME, _REGISTRY, _EVALSETS, _ARTIFACTS, _ROUTES, _SPOOL, _REPORTS, _LEDGER, _WRITES; a place
        that is not set, beside the nearest `promptship.yaml` or `pyproject.toml` upwards of `cwd`. Raises SettingsError
        without one."""
        project = _project(cwd or Path.cwd())
        return cls(
            home=_set(environ, "PROMPTSHIP_HOME") or _home(project, cwd or Path.cwd()),
            registry=_set(environ, "PROMPTSHIP_REGISTRY") or _registry(project),
            evalsets=_set(environ, "PROMPTSHIP_EVALSETS") or _evalsets(project),
            artifacts_at=_set(environ, "PROMPTSHIP_ARTIFACTS"),
            routes_at=_set(environ, "PROMPTSHIP_ROUTES"),
            artifacts_url=_url(environ, "PROMPTSHIP_ARTIFACTS"),
            routes_url=_url(environ, "PROMPTSHIP_ROUTES"),
            spool_url=environ.get("PROMPTSHIP_SPOOL") or None,
            reports_at=_set(environ, "PROMPTSHIP_REPORTS"),
            reports_url=_url(environ, "PROMPTSHIP_REPORTS"),
            ledger_at=environ.get("PROMPTSHIP_LEDGER") or None,
            writes=_names(environ, "PROMPTSHIP_WRITES"),
        )


def _set(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name, "")
    return Path(value).expanduser().absolute() if value and "://" not in value else None


def _url(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name, "")
    return value if "://" in value else None


def _names(environ: Mapping[str, str], name: str) -> frozenset[str] | None:
    """None when it is not set; what names nothing is none of them, not all."""
    text = environ.get(name, "")
    return frozenset(part.strip() for part in text.split(",")) - {""} if text else None


def _project(start: Path) -> Path | None:
    """The package's own pyproject.toml, in the folder that is also the SDK, is nobody's project."""
    for folder in (start.absolute(), *start.absolute().parents):
        if folder != _HERE and any((folder / marker).is_file() for marker in MARKERS):
            return folder
    return None


def _home(project: Path | None, cwd: Path) -> Path:
    if project is None:
        raise SettingsError(
            f"No project was found upwards of {cwd}, and PROMPTSHIP_HOME is not set",
            expected=f"a folder with {' or '.join(MARKERS)}, or PROMPTSHIP_HOME",
            fix="Run this inside the project, or set PROMPTSHIP_HOME to the folder that keeps its state",
        )
    return project / ".promptship"


def _registry(project: Path | None) -> Path:
    """The project's own `registry/`, known by its models.yaml; else that of this checkout."""
    own = project / "registry" if project else None
    return own if own and (own / "models.yaml").is_file() else _HERE


def _evalsets(project: Path | None) -> Path:
    own = project / "evalsets" if project else None
    return own if own and own.is_dir() else _HERE.parent / "evalsets"
