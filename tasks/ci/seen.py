"""A registry as one checkout has it: of each version what can change under it, as hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registry.artifact import PromptVersion
from registry.behavior import Component
from registry.catalog import Catalog
from registry.errors import PromptshipError
from tasks.evaluation import evalset


class Seen(NamedTuple):
    """`text` is the sha256 of the file; `shas` those of the components, None where the version cannot be resolved.

    `evals` is the version of its fast eval set, None without one that can be read."""

    text: str
    shas: Mapping[Component, str] | None
    evals: str | None


def look(registry: Path, evalsets: Path) -> dict[str, Seen]:
    """By `prompt@version`, in the order of the registry. What cannot be read is seen too, without hashes."""
    catalog = Catalog(registry)

    @cache
    def sha(name: str) -> str | None:
        try:
            return evalset.read(evalsets, name).sha
        except PromptshipError:
            return None

    found = {}
    for prompt in catalog.prompts():
        for version in catalog.versions(prompt):
            read, shas = _resolved(catalog, prompt, version)
            text = hashlib.sha256(catalog.path(prompt, version).read_bytes()).hexdigest()
            evals = sha(read.evals.fast.partition("/")[0]) if read and read.evals else None
            found[f"{prompt}@{version}"] = Seen(text, shas, evals)
    return found


def _resolved(
    catalog: Catalog, prompt: str, version: str
) -> tuple[PromptVersion | None, Mapping[Component, str] | None]:
    try:
        read = catalog.read(prompt, version)
        return read, catalog.behavior(read).shas
    except PromptshipError:
        return None, None
