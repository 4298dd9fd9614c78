"""`registry.lock`: what was locked stays as it is, the behavior and the expectation alike.

JSON, sorted, one line a version, so that two branches that lock different versions merge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from .artifact import PromptVersion
from .behavior import Behavior, Component, changed, sha
from .complaints import brief
from .errors import LockMismatch
from .files import refused
from .runtime import atomic
from .strict import Strict

FILE = "registry.lock"


class Locked(Strict):
    """The hashes of one `id@version`: of its behavior, of each component, and of its change note."""

    behavior: str
    components: dict[Component, str]
    change: str


Lock: TypeAlias = dict[str, Locked]


def read(path: Path) -> Lock:
    """The entries by `id@version`; none when there is no file. Raises InvalidFile."""
    try:
        return TypeAdapter(Lock).validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValidationError, OSError) as error:
        raise refused(
            path,
            f"this is no lock file: {brief(error)}",
            expected="what `promptship prompt lock` writes",
            fix="take it back from git; after a merge conflict keep the lines of both sides",
        ) from None


def write(path: Path, entries: Mapping[str, Locked]) -> None:
    """Replaces the file atomically."""
    atomic.replace(path, to_text(entries).encode(), sync=False)


def to_text(entries: Mapping[str, Locked]) -> str:
    lines = [f"{json.dumps(name)}: {_line(entries[name])}" for name in sorted(entries, key=_order)]
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"


def of(version: PromptVersion, behavior: Behavior) -> Locked:
    """The entry of a version as it is now."""
    change = version.change.model_dump(mode="json", by_alias=True)
    return Locked(behavior=behavior.sha, components=behavior.shas, change=sha(_given(change)))


def differences(version: PromptVersion, behavior: Behavior, locked: Locked) -> list[str]:
    """The components that differ from what was locked, and `change note`; empty when nothing does."""
    now = of(version, behavior)
    components: list[str] = list(changed(locked.components, now.components))
    if now.behavior != locked.behavior and not components:
        components.append("behavior")
    return [*components, "change note"] if now.change != locked.change else components


def verify(version: PromptVersion, behavior: Behavior, locked: Locked, snippets: Sequence[str] = ()) -> None:
    """Raises LockMismatch naming what differs. `snippets` are those in it."""
    differing = said(differences(version, behavior, locked), snippets)
    if differing:
        raise LockMismatch(
            f"{version.name} is locked, and its {', '.join(differing)} changed since",
            expected=f"the behavior {locked.behavior[:12]} with the change note it was locked with",
            fix="Take the change back, and write it as a new version",
        )


def said(differing: Sequence[str], snippets: Sequence[str]) -> list[str]:
    """With the snippets beside the prompt: the change may be in one of them."""
    within = f" (with {', '.join(dict.fromkeys(snippets))})" if snippets else ""
    return [f"{part}{within}" if part == "prompt" else part for part in differing]


def _line(entry: Locked) -> str:
    return json.dumps(entry.model_dump(mode="json"), sort_keys=True)


def _order(name: str) -> tuple[str, int, str]:
    prompt_id, _, version = name.partition("@")
    number = version.removeprefix("v")
    return prompt_id, int(number) if number.isdecimal() else -1, version


def _given(value: object) -> object:
    """Without what is null: a field that is added to the change note later must not break old locks."""
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items() if item is not None}
    return [_given(item) for item in value] if isinstance(value, list) else value
