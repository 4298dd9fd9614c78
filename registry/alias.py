"""Aliases are refused: what a name stands for today changes without a release, so applications pin a version or ask
the routes of their environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .artifact import VERSION
from .errors import AliasRefused, InvalidFile, PromptshipError, RegistryError
from .roots import Roots

if TYPE_CHECKING:
    from .serving import Serving

LATEST = "latest"
ARMS = ("live", "canary", "holdback")


class Known(Protocol):
    """What a catalog knows of its registry."""

    root: Path

    @property
    def environments(self) -> Mapping[str, object]: ...

    def latest(self, prompt_id: str) -> str: ...


def refuse_alias(prompt_id: str, version: str, catalog: Known) -> None:
    """Raises AliasRefused, naming the version that would have been meant where registry or routes can know it."""
    name, _, suffix = prompt_id.partition("@")
    if suffix:
        raise _refused(f"{prompt_id!r} is no prompt id", name, suffix, catalog)
    word = version.rpartition("@")[2]
    if _is_alias(word, catalog) or (word != version and re.fullmatch(VERSION, word)):
        raise _refused(f"{version!r} is no version", name, word, catalog)


def _is_alias(word: str, catalog: Known) -> bool:
    try:
        return word == LATEST or word in ARMS or word in catalog.environments
    except InvalidFile:
        return False


def _refused(found: str, prompt_id: str, word: str, catalog: Known) -> AliasRefused:
    if re.fullmatch(VERSION, word):
        fix = f"Write the two apart: {prompt_id!r}, version={word!r}"
    elif word == LATEST:
        fix = f"Write version={_newest(prompt_id, catalog)!r}, which it would mean today"
    else:
        fix = _as_served(prompt_id, word, catalog)
    return AliasRefused(
        found, expected="a prompt id and a concrete version: an alias changes without a release", fix=fix
    )


def _as_served(prompt_id: str, word: str, catalog: Known) -> str:
    """The versions that the routes give for an environment's name, or for that of an arm, and the way to ask them."""
    found = [one for one in _serving(prompt_id, catalog) if word in (one.arm, one.environment)]
    meant = [one for one in found if one.arm == (word if word in ARMS else "live")]
    where = repr(word) if word not in ARMS else "its environment"
    if not meant:
        return f"Serve what is live there with the client of {where}, or write the version that `live show` names"
    said = ", ".join(f"version={one.version!r}, which is {one.said} today" for one in meant)
    return f"Write {said}, or serve what is live with the client of {where}"


def _serving(prompt_id: str, catalog: Known) -> list[Serving]:
    """Nothing when the routes of this registry cannot be read: then nobody knows what was meant."""
    from .runtime.storage import publisher
    from .serving import serving

    with suppress(PromptshipError, OSError):
        roots = Roots.find()
        if roots.registry.resolve() == catalog.root.resolve():
            return serving(map(publisher(roots).read_table, catalog.environments), prompt_id)
    return []


def _newest(prompt_id: str, catalog: Known) -> str:
    try:
        return catalog.latest(prompt_id)
    except RegistryError:
        return "v1"
