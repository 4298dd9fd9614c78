"""Ids that things are created with: a prefix and a UUIDv7 (RFC 9562, section 5.7), so that they sort by time."""

from __future__ import annotations

import secrets
import time
from typing import Literal

Prefix = Literal["rel_", "run_", "tr_", "op_"]


def new_id(prefix: Prefix) -> str:
    """The prefix and 32 hex digits: 48 bits of Unix milliseconds, version, variant and 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    high = milliseconds << 16 | 0x7000 | random >> 62
    low = 0b10 << 62 | random & (1 << 62) - 1
    return f"{prefix}{high << 64 | low:032x}"
