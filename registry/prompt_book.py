"""`from registry import prompts`: the catalog of the roots found at first use."""

from __future__ import annotations

from functools import cached_property

from .artifact import PromptVersion
from .catalog import Catalog
from .roots import Roots


class PromptBook:
    """Opens the registry when the first prompt is asked for."""

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(Roots.find().registry)

    def get(self, prompt_id: str, *, version: str) -> PromptVersion:
        """One pinned version; `.render(...)` gives its chat messages. Raises what Catalog.get raises."""
        return self.catalog.get(prompt_id, version)


prompts = PromptBook()
