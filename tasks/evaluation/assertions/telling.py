"""Values of a case as the text that a judge reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def told(values: Mapping[str, Any]) -> str:
    """One value as it is, several with their names, by name: the same for every arm. Empty for none."""
    if len(values) == 1:
        return _text(next(iter(values.values())))
    return "\n".join(f"{name}: {_text(values[name])}" for name in sorted(values))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
