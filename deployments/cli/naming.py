"""Words for versions that only people may use: `latest`, and the name of an environment for what is live there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from registry.alias import ARMS
from registry.artifact import VERSION
from registry.catalog import Catalog
from registry.errors import NoRoute, RegistryError, UnknownEnvironment, UnknownPrompt, UnknownVersion
from registry.nearest import did_you_mean, listed
from registry.runtime.publishing import Publisher


def concrete(catalog: Catalog, publisher: Publisher, prompt: str, word: str) -> str:
    """The version a word stands for now; a version stands for itself. Raises UnknownPrompt,
    UnknownVersion for a word that is neither, NoRoute; what an alias of code may mean is left to the catalog."""
    if word == "latest":
        return catalog.latest(prompt)
    if word in catalog.environments:
        return publisher.read_table(word).route(prompt).live.version
    if word not in ARMS and re.fullmatch(VERSION, word) is None:
        known = [*catalog.versions(prompt), "latest", *catalog.environments]
        raise UnknownVersion(
            f"{word!r} is no version of {prompt!r}",
            expected=f"one of {listed(known)}",
            fix=did_you_mean(word, known, "Write one of these; an environment stands for what is live there"),
        )
    return word


@contextmanager
def routed(catalog: Catalog, environment: str, prompt: str) -> Iterator[None]:
    """Instead of NoRoute raises UnknownEnvironment or UnknownPrompt for a name that nothing has; the registry is read
    only then, so that what has a route is found without it."""
    try:
        yield
    except NoRoute as error:
        try:
            catalog.environments.environment(environment)
            catalog.versions(prompt)
        except (UnknownEnvironment, UnknownPrompt) as unknown:
            raise unknown from None
        except RegistryError:
            raise error from None
        raise
