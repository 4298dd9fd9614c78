"""`--since 48h`, for every command that looks back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click


def since_option(default: str | None = None) -> Callable[[Any], Any]:
    """`--since`, as a timedelta or None for ever."""
    said = "Only what happened in this time: 90s, 15m, 48h, 7d."
    return click.option("--since", default=default, show_default=default is not None, callback=_parsed, help=said)


def _parsed(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    from registry.duration import parse

    try:
        return None if value is None else parse(value)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error)) from None


def back(now: datetime, since: Any) -> datetime | None:
    """The moment from which on to look, None for the beginning. Raises UsageError before the calendar begins."""
    from registry.errors import UsageError

    try:
        return None if since is None else now - since
    except OverflowError:
        raise UsageError(
            f"--since {since} is longer than any calendar",
            expected="a time like 48h or 7d",
            fix="Leave --since out to see everything",
        ) from None
