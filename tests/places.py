"""The folders of an installation as a process is told of them: by environment variables."""

from __future__ import annotations

import pytest

from registry.roots import Roots


def places(roots: Roots) -> dict[str, str]:
    return {f"PROMPTSHIP_{name.upper()}": str(getattr(roots, name)) for name in ("home", "registry", "evalsets")}


def point_to(roots: Roots, patch: pytest.MonkeyPatch) -> None:
    for name, place in places(roots).items():
        patch.setenv(name, place)
