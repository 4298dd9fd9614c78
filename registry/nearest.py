"""The name a person probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name` (ratio 0.6 or more, case ignored), None when none does."""
    by_folded = {entry.lower(): entry for entry in sorted(known, reverse=True)}
    found = get_close_matches(str(name).lower(), sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def listed(names: Iterable[str], limit: int = 12) -> str:
    """`a, b, c`, with the count of what is left off; `none` for an empty list."""
    all_names = list(names)
    shown = ", ".join(all_names[:limit])
    more = f" and {len(all_names) - limit} more" if len(all_names) > limit else ""
    return f"{shown}{more}" or "none"


def did_you_mean(name: object, known: Iterable[str], otherwise: str) -> str:
    """The fix of an unknown-name error: `Did you mean 'x'` or the given sentence."""
    guess = nearest(name, known)
    return f"Did you mean {guess!r}" if guess else otherwise
