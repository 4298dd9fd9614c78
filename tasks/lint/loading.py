"""A version of the registry as the rules see it."""

from __future__ import annotations

from registry.behavior import Behavior
from registry.catalog import Catalog
from registry.errors import RegistryError
from tasks.lint.subject import Subject


def load(
    catalog: Catalog, prompt_id: str, version: str, *, previous: str | None = None, requires_lock: bool = False
) -> Subject:
    """The version as its file has it now, whatever the lock says.

    `previous` is the version it is compared with: the live one in a release, `version_before` for an author, None for
    a first version. Raises RegistryError for what cannot be read; others that cannot be read have no behavior to
    compare with.
    """
    found = catalog.read(prompt_id, version)
    names = catalog.versions(prompt_id)
    earlier = catalog.read(prompt_id, previous) if previous else None
    behaviors = {name: _behavior(catalog, prompt_id, name) for name in names if name != version}
    return Subject(
        version=found,
        behavior=catalog.behavior(found),
        source=catalog.path(prompt_id, version).read_text(encoding="utf-8-sig"),
        previous=earlier,
        previous_behavior=catalog.behavior(earlier) if earlier else None,
        others={name: behavior.sha if behavior else None for name, behavior in behaviors.items()},
        locked=catalog.locked(found),
        requires_lock=requires_lock,
        metrics=catalog.metrics,
    )


def version_before(catalog: Catalog, prompt_id: str, version: str) -> str | None:
    """The one before it by number, None for the first. Raises UnknownPrompt."""
    number = int(version[1:])
    return next((name for name in reversed(catalog.versions(prompt_id)) if int(name[1:]) < number), None)


def _behavior(catalog: Catalog, prompt_id: str, version: str) -> Behavior | None:
    try:
        return catalog.behavior(catalog.read(prompt_id, version))
    except RegistryError:
        return None
