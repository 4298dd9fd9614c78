"""Which storage the settings name: a local disk, or S3-compatible storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..credentials import masked
from ..errors import SettingsError
from ..roots import Roots
from .publishing import LocalPublisher, Publisher

if TYPE_CHECKING:
    from .objects import Objects


def publisher(roots: Roots) -> Publisher:
    """Where artifacts and routes are published. Raises SettingsError."""
    artifacts, routes = roots.artifacts_url, roots.routes_url
    if artifacts is None and routes is None:
        return LocalPublisher(roots.artifacts, roots.routes, roots.writes)
    if artifacts is None or routes is None:
        raise SettingsError(
            masked(f"artifacts are at {artifacts or roots.artifacts}, routes at {routes or roots.routes}"),
            expected="both on a local disk, or both on S3-compatible storage",
            fix="Set PROMPTSHIP_ARTIFACTS and PROMPTSHIP_ROUTES alike",
        )
    from .publishing_s3 import S3Publisher

    return S3Publisher.at(artifacts, routes, roots.writes)


def shipped(roots: Roots) -> Objects | None:
    """Where sealed spool segments are shipped to; None when the spool of this machine is all there is.

    Raises SettingsError.
    """
    return _objects(roots.spool_url)


def reports(roots: Roots) -> Objects | None:
    """Where reports are kept as well; None when the folder of this machine is all there is. Raises SettingsError."""
    return _objects(roots.reports_url)


def _objects(url: str | None) -> Objects | None:
    if url is None:
        return None
    from .objects import Objects

    return Objects.at(url)
