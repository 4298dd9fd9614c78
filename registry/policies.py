"""Safety policies: what every answer is bound to, apart from the prompt.

Text and settings are behavior, the name is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from .errors import UnknownPolicy
from .files import load
from .nearest import did_you_mean, listed
from .strict import Strict


class SafetyPolicy(Strict):
    """`text` is put behind the system message; empty text adds nothing. `settings` are handed to the application."""

    description: str = ""
    text: str = ""
    settings: dict[str, Any] = Field(default={})


def load_policies(folder: Path) -> dict[str, SafetyPolicy]:
    """Every `<name>.yaml` of the folder, by name. Raises InvalidFile."""
    return {path.stem: load(path, SafetyPolicy) for path in sorted(folder.glob("*.yaml"))}


def policy_named(name: str, policies: dict[str, SafetyPolicy]) -> SafetyPolicy:
    """Raises UnknownPolicy with the nearest name."""
    if name not in policies:
        raise UnknownPolicy(
            f"There is no safety policy {name!r}",
            expected=f"one of {listed(policies)}",
            fix=did_you_mean(name, policies, f"Write registry/policies/{name}.yaml"),
        )
    return policies[name]


def bound_by(text: str, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rendered messages with the policy's text behind the first system message, or in one of its own in front."""
    if not text:
        return list(messages)
    for index, message in enumerate(messages):
        if message["role"] == "system":
            bound = {**message, "content": f"{message['content'].rstrip()}\n\n{text}"}
            return [*messages[:index], bound, *messages[index + 1 :]]
    return [{"role": "system", "content": text}, *messages]
