"""What a command prints: tables for people, one document for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPED = 160
"""Columns of a table that nobody sees on a terminal."""

as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document and nothing else.")


def environment_option(default: str = "production") -> Callable[[Any], Any]:
    """`--environment`, for every command that looks at or changes what is live."""
    said = "Whose routes and rules."
    return click.option("--environment", "-e", default=default, show_default=True, callback=_environment, help=said)


def _environment(_: click.Context, __: click.Parameter, value: str) -> str:
    """A name, before it becomes a path."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        raise click.BadParameter(f"{value!r} is no name of an environment like production")
    return value


def document(kind: str, **content: Any) -> None:
    """Print a versioned JSON document: {"format": 1, "kind": kind, ...}."""
    click.echo(json.dumps({"format": 1, "kind": kind, **content}, default=_plain, ensure_ascii=False))


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], title: str | None = None) -> None:
    """Print rows as a table; text that came from outside is shown as it is, never as markup."""
    grid = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console = Console(soft_wrap=False)
    wide = console if console.is_terminal else Console(soft_wrap=False, width=max(console.width, _PIPED))
    wide.print(grid)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return f"{value:.3g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)
