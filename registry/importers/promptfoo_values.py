"""promptfoo's values: references to files, and templates of plain names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .notes import Place, Refusal
from .source import Folder, is_reference
from .tree import read_tree

_NAME = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}")


def file_value(value: Any, at: Place, folder: Folder) -> Any:
    """The content of a file that a value names: text, or the data of YAML and JSON. Raises Refusal."""
    if not isinstance(value, str) or not is_reference(value) or not value.startswith("file://"):
        return value
    source = folder.read(value, at)
    return read_tree(source).data if source.path.suffix.lower() in (".json", ".yaml", ".yml") else source.text.strip()


def reference_of(value: Any) -> str | None:
    """`{{ answer }}` -> `answer`; None for everything else."""
    found = _NAME.fullmatch(value.strip()) if isinstance(value, str) else None
    return found.group(1) if found else None


def filled(value: Any, values: Mapping[str, Any], at: Place) -> Any:
    """The value with plain names put in. Raises Refusal for whatever else a template does."""
    if isinstance(value, list):
        return [filled(item, values, at) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, values, at) for key, item in value.items()}
    return _text(value, values, at) if isinstance(value, str) else value


def _text(text: str, values: Mapping[str, Any], at: Place) -> str:
    rest = _NAME.sub("", text)
    if re.search(r"\{\{\s*env\b", rest):
        raise Refusal(at, "{{ env.… }} reads the environment, which was not resolved", "environment")
    if "{{" in rest or "{%" in rest:
        raise Refusal(at, "a template that does more than name a variable: write the value out")
    missing = [name for name in _NAME.findall(text) if not isinstance(values.get(name), str | int | float)]
    if missing:
        raise Refusal(at, f"the variable {missing[0]!r} in it has no plain value in this test")
    return _NAME.sub(lambda found: plain(values[found.group(1)]), text)


def plain(value: Any) -> str:
    """A scalar as a template prints it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
