"""Words for versions that only people may use: `latest`, and the name of an environment for what is live there."""

from __future__ import annotations

from registry.catalog import Catalog
from registry.runtime.publishing import Publisher


def concrete(catalog: Catalog, publisher: Publisher, prompt: str, word: str) -> str:
    """The version a word stands for now; a version stands for itself. Raises UnknownPrompt, NoRoute."""
    if word == "latest":
        return catalog.latest(prompt)
    if word in catalog.environments:
        return publisher.read_table(word).route(prompt).live.version
    return word
