"""Versions of the registry as the rules see them."""

from __future__ import annotations

from datetime import datetime

from registry.artifact import PromptVersion
from registry.behavior import Behavior
from registry.catalog import Catalog
from registry.errors import RegistryError
from tasks.lint.subject import Subject, Traffic


class Reader:
    """Reads each version once, however many versions are compared with it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._versions: dict[tuple[str, str], PromptVersion] = {}
        self._behaviors: dict[tuple[str, str], Behavior] = {}
        self._shas: dict[tuple[str, str], str | None] = {}

    @property
    def included(self) -> frozenset[str]:
        """The snippets in all that was read."""
        return frozenset(name for version in self._versions.values() for name in self.catalog.included(version))

    def version(self, prompt_id: str, version: str) -> PromptVersion:
        """As its file has it now, whatever the lock says. Raises RegistryError."""
        if (prompt_id, version) not in self._versions:
            self._versions[prompt_id, version] = self.catalog.read(prompt_id, version)
        return self._versions[prompt_id, version]

    def behavior(self, prompt_id: str, version: str) -> Behavior:
        """Raises RegistryError."""
        if (prompt_id, version) not in self._behaviors:
            self._behaviors[prompt_id, version] = self.catalog.behavior(self.version(prompt_id, version))
        return self._behaviors[prompt_id, version]

    def sha(self, prompt_id: str, version: str) -> str | None:
        """None for a version that cannot be read."""
        if (prompt_id, version) not in self._shas:
            try:
                self._shas[prompt_id, version] = self.behavior(prompt_id, version).sha
            except RegistryError:
                self._shas[prompt_id, version] = None
        return self._shas[prompt_id, version]


def load(
    catalog: Catalog,
    prompt_id: str,
    version: str,
    *,
    previous: str | None = None,
    requires_lock: bool = False,
    now: datetime | None = None,
    traffic: Traffic | None = None,
    reader: Reader | None = None,
) -> Subject:
    """The version as its file has it now, whatever the lock says.

    `previous` is the version it is compared with: the live one in a release, `version_before` for an author, None for
    a first version. Give one `reader` to many loads. Raises RegistryError for what cannot be read; others that cannot
    be read have no behavior to compare with.
    """
    reading = reader or Reader(catalog)
    found = reading.version(prompt_id, version)
    return Subject(
        version=found,
        behavior=reading.behavior(prompt_id, version),
        source=catalog.path(prompt_id, version).read_text(encoding="utf-8-sig"),
        previous=reading.version(prompt_id, previous) if previous else None,
        previous_behavior=reading.behavior(prompt_id, previous) if previous else None,
        others={name: reading.sha(prompt_id, name) for name in catalog.versions(prompt_id) if name != version},
        locked=catalog.locked(found),
        requires_lock=requires_lock,
        metrics=catalog.metrics,
        models=catalog.models,
        now=now,
        traffic=traffic,
        inlined=catalog.texts(found),
    )


def version_before(catalog: Catalog, prompt_id: str, version: str) -> str | None:
    """The one before it by number, None for the first. Raises UnknownPrompt."""
    number = int(version[1:])
    return next((name for name in reversed(catalog.versions(prompt_id)) if int(name[1:]) < number), None)
