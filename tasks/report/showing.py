"""Numbers and times as people read them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

MINUS = "\u2212"
SMALL = 1e-7
"""What is smaller is written with an exponent."""


def plain(value: float | None) -> str:
    """Three significant digits, no exponent for what fits without one; a dash for what is not known."""
    if value is None:
        return "\u2013"
    if value == 0:
        return "0"
    size = abs(value)
    text = f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"
    if "e-" in text and size >= SMALL:
        text = f"{value:.{2 - math.floor(math.log10(size))}f}".rstrip("0")
    return text.replace("-", MINUS) if "e" not in text else text


def signed(value: float | None) -> str:
    if value is None:
        return "\u2013"
    text = plain(value)
    return f"+{text}" if value > 0 else text


def percent(value: float | None) -> str:
    """0.093 is +9.3 %."""
    if value is None:
        return "\u2013"
    text = f"{100 * value:+.1f} %"
    return "0.0 %" if text in ("+0.0 %", "-0.0 %") else text.replace("-", MINUS)


def money(value: float | None) -> str:
    """USD; what is unknown is never shown as zero."""
    if value is None:
        return "unknown"
    return f"{value:.2f}" if value >= 1 or value == 0 else f"{value:.3g}"


def lasted(span: timedelta) -> str:
    """`48 s`, `3 min 52 s`, `2 h 5 min`, `3 d 4 h`."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    parts = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
    for index, (name, size) in enumerate(parts):
        if seconds >= size:
            small, unit = parts[index + 1]
            rest = seconds % size // unit
            return f"{seconds // size} {name}" + (f" {rest} {small}" if rest else "")
    return "0 s"


def when(at: datetime | None) -> str:
    return "not yet" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
