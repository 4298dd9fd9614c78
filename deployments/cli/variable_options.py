"""`--var NAME=VALUE`, as the prompt's variables want it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from registry.errors import UsageError
from registry.message import Variable

variable_options = click.option(
    "--var", "pairs", multiple=True, metavar="NAME=VALUE", help="A variable; JSON for anything but text."
)


def values(pairs: Iterable[str], variables: Mapping[str, Variable]) -> dict[str, Any]:
    """By name. Raises UsageError; types and bounds are checked when it is rendered."""
    return dict(_pair(pair, variables) for pair in pairs)


def _pair(pair: str, variables: Mapping[str, Variable]) -> tuple[str, Any]:
    name, given, value = pair.partition("=")
    if not given:
        raise UsageError(f"--var {pair!r} has no value", expected="NAME=VALUE", fix="Write --var message='Hello'")
    declared = variables.get(name)
    if declared is None or declared.type == "string":
        return name, value
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value
