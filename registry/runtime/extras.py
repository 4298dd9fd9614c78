"""Libraries that only some applications have, each with its extra."""

from __future__ import annotations

from ..errors import SettingsError


def missing(library: str, extra: str) -> SettingsError:
    """To be raised where an import failed."""
    return SettingsError(
        f"{library} is not installed",
        expected=f"the extra {extra!r} beside the SDK",
        fix=f"Install it: pip install 'promptship[{extra}]'",
    )
