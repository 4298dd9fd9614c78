"""`latest`, `production`, `order-extract@production`: words for people at the CLI, refused from code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .artifact import VERSION
from .errors import AliasRefused, InvalidFile, RegistryError

if TYPE_CHECKING:
    from .catalog import Catalog

LATEST = "latest"


def refuse_alias(prompt_id: str, version: str, catalog: Catalog) -> None:
    """Raises AliasRefused, naming the version that would have been meant where the registry can know it."""
    name, _, suffix = prompt_id.partition("@")
    if suffix:
        raise _refused(f"{prompt_id!r} is no prompt id", name, suffix, catalog)
    if _is_alias(version, catalog):
        raise _refused(f"{version!r} is no version", name, version, catalog)


def _is_alias(word: str, catalog: Catalog) -> bool:
    if re.fullmatch(VERSION, word):
        return False
    try:
        return word == LATEST or word in catalog.environments
    except InvalidFile:
        return False


def _refused(found: str, prompt_id: str, word: str, catalog: Catalog) -> AliasRefused:
    if re.fullmatch(VERSION, word):
        fix = f"Write the two apart: {prompt_id!r}, version={word!r}"
    elif word == LATEST:
        fix = f"Write version={_newest(prompt_id, catalog)!r}, which it would mean today"
    else:
        fix = f"Serve what is live there with the client of {word!r}, or write the version that `live show` names"
    return AliasRefused(
        found, expected="a prompt id and a concrete version: an alias changes without a release", fix=fix
    )


def _newest(prompt_id: str, catalog: Catalog) -> str:
    try:
        return catalog.latest(prompt_id)
    except RegistryError:
        return "v1"
