"""The filters of dialect `jinja-1`, with their results bounded in size.

No filter can turn small text into huge text unnoticed: the growth of `replace` and `join` is computed before it is
done, and every result is measured. There is nothing random and nothing that reads a clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import islice
from typing import Any

from jinja2 import filters, pass_context
from jinja2.runtime import Context, Undefined

MAX_CHARACTERS = 1_000_000
STEPS = "steps left"


class TooLarge(Exception):
    """A template that would not end in reasonable time or memory."""


class Steps:
    """How many turns of loops are left to one rendering."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, items: Iterable[Any]) -> list[Any]:
        taken = list(islice(items, self.left + 1))
        if len(taken) > self.left:
            raise TooLarge("its loops take too many turns")
        self.left -= len(taken)
        return taken


@pass_context
def _counted(context: Context, items: Iterable[Any]) -> list[Any]:
    steps = context.resolve(STEPS)
    return steps.take(items) if isinstance(steps, Steps) else []


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if isinstance(result, str) and len(result) > MAX_CHARACTERS:
            raise TooLarge(f"a filter makes more than {MAX_CHARACTERS} characters")
        return result

    return bounded


def _fits(length: int) -> None:
    if length > MAX_CHARACTERS:
        raise TooLarge(f"a filter would make {length} characters, more than {MAX_CHARACTERS}")


def _replace(value: Any, old: str, new: str, count: int = -1) -> str:
    text = str(value)
    found = text.count(old) if count < 0 else min(count, text.count(old))
    _fits(len(text) + found * (len(new) - len(old)))
    return text.replace(old, new, count)


def _join(items: Iterable[Any], separator: str = "", attribute: str | int | None = None) -> str:
    values = [item[attribute] if attribute is not None else item for item in items]
    texts = [str(value) for value in values]
    _fits(sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1))
    return separator.join(texts)


def _indent(text: str, width: int = 4, first: bool = False, blank: bool = False) -> str:
    _fits(len(text) + width * (text.count("\n") + 1))
    return str(filters.do_indent(text, width, first, blank))


def _to_json(value: Any, indent: int | None = None) -> str:
    """JSON as it is, not escaped for HTML; keys sorted, so that equal values give equal text."""
    if isinstance(value, Undefined):
        str(value)
    _fits((indent or 0) * 1000)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent)


def _titled(text: Any) -> str:
    return filters.do_title(str(text))


_ALLOWED: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "capitalize": filters.do_capitalize,
    "count": len,
    "d": filters.do_default,
    "default": filters.do_default,
    "indent": _indent,
    "join": _join,
    "length": len,
    "lower": filters.do_lower,
    "replace": _replace,
    "round": filters.do_round,
    "string": str,
    "title": _titled,
    "tojson": _to_json,
    "trim": filters.do_trim,
    "upper": filters.do_upper,
    "wordcount": lambda text: len(str(text).split()),
}
ALLOWED = frozenset(_ALLOWED)
FILTERS: dict[str, Callable[..., Any]] = {name: _bounded(function) for name, function in _ALLOWED.items()}
FILTERS["counted"] = _counted
