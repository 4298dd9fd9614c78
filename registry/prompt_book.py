"""`from registry import prompts`: the catalog of the roots found at first use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, overload

from .errors import UsageError
from .roots import Roots

if TYPE_CHECKING:
    from .artifact import PromptVersion
    from .catalog import Catalog
    from .runtime.artifact_file import Artifact


class PromptBook:
    """Opens the registry when the first prompt is asked for."""

    @cached_property
    def catalog(self) -> Catalog:
        from .catalog import Catalog

        return Catalog(Roots.find().registry)

    @overload
    def get(self, prompt_id: str, *, version: str) -> PromptVersion: ...
    @overload
    def get(self, *, use_case: str, environment: str) -> Artifact: ...

    def get(
        self,
        prompt_id: str | None = None,
        *,
        version: str | None = None,
        use_case: str | None = None,
        environment: str | None = None,
    ) -> PromptVersion | Artifact:
        """One pinned version, or what the routes of an environment have live for a use case; `.render(...)` gives the
        chat messages of either. A client asks the routes at each request instead, and takes part in canaries.

        Raises what Catalog.get raises; for a use case NoRoute, RoutingError and ArtifactCorrupt."""
        match prompt_id, version, use_case, environment:
            case str(), str(), None, None:
                return self.catalog.get(prompt_id, version)
            case None, None, str(), str():
                return _live(use_case, environment)
        asked = {"prompt_id": prompt_id, "version": version, "use_case": use_case, "environment": environment}
        given = [name for name, value in asked.items() if value is not None]
        raise UsageError(
            f"prompts.get was given {', '.join(given) or 'nothing'}",
            expected="a prompt id and a version, or a use case and an environment",
            fix='Write prompts.get("order-extract", version="v3")',
        )


def _live(use_case: str, environment: str) -> Artifact:
    from .runtime.storage import publisher

    published = publisher(Roots.find())
    found = published.read_table(environment)
    return published.get_artifact(found.route(found.prompt_of(use_case)).live.behavior)


prompts = PromptBook()
