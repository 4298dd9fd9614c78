"""The registry and the routes of this place, as the commands of `promptship prompt` see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from registry.catalog import Catalog
from registry.diff.lineage import Side
from registry.errors import RegistryError
from registry.policies import bound_by
from registry.roots import Roots
from registry.runtime.publishing import Publisher
from registry.runtime.routes import RouteTable
from registry.runtime.storage import publisher


@dataclass(frozen=True)
class Here:
    """Nothing is opened before it is used; the ledger never is."""

    roots: Roots

    @classmethod
    def find(cls) -> Here:
        """Raises SettingsError."""
        return cls(Roots.find())

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self.roots.registry)

    @cached_property
    def publisher(self) -> Publisher:
        return publisher(self.roots)

    def concrete(self, prompt: str, word: str) -> str:
        """The version that a person's word stands for: `v3`, `latest`, `production`."""
        from deployments.cli.naming import concrete

        return concrete(self.catalog, self.publisher, prompt, word)

    def side(self, prompt: str, version: str) -> Side:
        found = self.catalog.get(prompt, version)
        return Side(found, self.catalog.behavior(found))

    def sides(self, prompt: str) -> list[Side]:
        """Every version that can be read, in order. Raises UnknownPrompt."""
        found = []
        for version in self.catalog.versions(prompt):
            try:
                found.append(self.side(prompt, version))
            except RegistryError:
                continue
        return found

    def tables(self) -> list[RouteTable]:
        """Of every environment that something was published for, by name. Raises RoutingError for an unreadable one."""
        return [self.publisher.read_table(name) for name in self.publisher.environments()]


def rendered(side: Side, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The chat messages as they are sent, with the safety policy's text. Raises RenderError, naming the version."""
    return bound_by(side.behavior.components["safety"]["text"], side.version.render(**values))
