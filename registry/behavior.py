"""The behavior version: a hash over what users really get, with one hash a component.

The canonical form is RFC 8785 (JSON Canonicalization Scheme); hashes are sha256 in lower-case hex.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import rfc8785

Component = Literal["prompt", "model", "decoding", "tools", "output", "retrieval", "safety", "fallbacks"]
COMPONENTS: tuple[Component, ...] = get_args(Component)


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises ValueError for what JSON cannot say (NaN, non-string keys)."""
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"no canonical JSON for {value!r}: {error}") from error


def sha(value: Any) -> str:
    """sha256 over the canonical form, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def short(behavior: str) -> str:
    """`bv_` and the first 12 hex digits: how a behavior version is shown."""
    return f"bv_{behavior[:12]}"


@dataclass(frozen=True)
class Behavior:
    """A resolved behavior version: the components' JSON values, and their hashes."""

    components: Mapping[Component, Any]

    @cached_property
    def shas(self) -> dict[Component, str]:
        return {name: sha(self.components[name]) for name in COMPONENTS}

    @cached_property
    def sha(self) -> str:
        return sha(self.shas)

    @property
    def id(self) -> str:
        return short(self.sha)


def changed(before: Mapping[Component, str], after: Mapping[Component, str]) -> list[Component]:
    """The components whose hashes differ, in their fixed order."""
    return [name for name in COMPONENTS if before.get(name) != after.get(name)]
