"""Assertion types of a team's own: entry points of the group `promptship.assertions`, each a `Kind`.

[project.entry-points."promptship.assertions"]
"acme.tone" = "acme_evals.tone:KIND"

The name has a dot, so that no type of a later version can take it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from registry.errors import SettingsError

from .kind import Kind

GROUP = "promptship.assertions"
NAME = r"(?!not-)[a-z0-9-]+(\.[a-z0-9-]+)+"


@cache
def declared() -> dict[str, EntryPoint]:
    """By name, nothing imported yet. Raises SettingsError for a name without a dot, and for one that is there twice."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if found.setdefault(point.name, point).value != point.value or not re.fullmatch(NAME, point.name):
            raise SettingsError(
                f"the entry point {point.name!r} ({point.value}) of {GROUP!r} cannot be used",
                expected="a name like acme.tone, in one package only",
                fix="Rename it in the package that declares it",
            )
    return found


@cache
def kind(name: str) -> Kind:
    """Raises KeyError for a name that nobody declares, SettingsError for one that does not load."""
    point = declared()[name]
    try:
        found = point.load()
    except Exception as error:
        raise _unusable(point, f"{type(error).__name__}: {error}") from error
    if not isinstance(found, Kind):
        raise _unusable(point, f"it is a {type(found).__name__}")
    return found


def _unusable(point: EntryPoint, why: str) -> SettingsError:
    return SettingsError(
        f"the assertion {point.name!r} cannot be loaded from {point.value}: {why}",
        expected="a tasks.evaluation.assertions.kind.Kind",
        fix="Correct the package, or remove it",
    )
