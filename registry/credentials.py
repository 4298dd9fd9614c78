"""What an address says of an account is never shown."""

from __future__ import annotations

import re

_ACCOUNT = re.compile(r"(?<=://)[^/?#\s]+(?=@)")


def masked(text: str) -> str:
    """A text in which no address names a user or a password: `http://***@host`."""
    return _ACCOUNT.sub("***", text)
