"""What each code stands for, in one sentence: from the docstrings of the rules."""

from __future__ import annotations

import sys
from functools import cache
from typing import Final

from tasks.lint.lint import CODES, RULES, UNREADABLE
from tasks.lint.suppression import IMPROPER, UNUSED

_OTHERS: Final = {
    UNREADABLE: "the file cannot be read, or a key is missing (decoding, say), unknown or of a wrong type",
    IMPROPER: "a `# lint: ignore` comment gives no reason, names no rule, or a rule that cannot be suppressed",
    UNUSED: "a `# lint: ignore` comment suppresses nothing",
}


@cache
def about(code: str) -> str:
    """A sentence without a full stop. Raises KeyError for a code that there is not."""
    if code in _OTHERS:
        return _OTHERS[code]
    said = " ".join((sys.modules[RULES[code].__module__].__doc__ or code).split("\n\n")[0].split())
    return said.removeprefix(f"{code}: ").rstrip(".")


def name(code: str) -> str:
    """`untrusted-text`, for tools that want a name beside the code."""
    special = {UNREADABLE: "unreadable", IMPROPER: "improper-suppression", UNUSED: "unused-suppression"}
    return special[code] if code in special else RULES[code].__module__.rpartition(".")[2].replace("_", "-")


def all_codes() -> tuple[str, ...]:
    return CODES
