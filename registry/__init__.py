"""Prompt versions and their runtime: what a serving application imports.

from registry import prompts
prompts.get("ticket-triage", version="v7").render(ticket="...", lang="en")

As the wheel `promptship` it is the same under that name: `from promptship import Client, prompts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .prompt_book import prompts as prompts
    from .runtime.client import Client as Client


def __getattr__(name: str) -> Any:
    """Loaded when asked for, so that `import registry` costs nothing."""
    if name == "prompts":
        from .prompt_book import prompts

        return prompts
    if name == "Client":
        from .runtime.client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
