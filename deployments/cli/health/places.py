"""Where state and data live."""

from __future__ import annotations

import os
from collections.abc import Iterator

from registry.credentials import masked
from registry.roots import Roots

from .finding import Finding

_MADE_LATER = ("home", "outbox", "spool", "cache", "public", "reports", "artifacts", "routes")
_PUBLISHED = ("artifacts", "routes")
"""Applications only read these; of routes, who may publish to which environment is asked one by one."""


def places(roots: Roots) -> Iterator[Finding]:
    """Every root; state folders are made when they are needed, folders of data have to be there."""
    for name in _MADE_LATER:
        path, url = getattr(roots, name), getattr(roots, f"{name}_url", None)
        if url is not None:
            yield Finding(name, "ok", masked(url if name != "spool" else f"{path}, shipped to {url}"))
        elif path.exists() and not os.access(path, os.W_OK) and name in _PUBLISHED:
            yield Finding(name, "note", f"{path}, for this account to read")
        elif path.exists() and not os.access(path, os.W_OK):
            yield Finding(name, "problem", f"{path} cannot be written", "Give this account the right to write there")
        else:
            yield Finding(name, "ok", str(path) if path.exists() else f"{path} (not there yet)")
    for name, setting in (("registry", "PROMPTSHIP_REGISTRY"), ("evalsets", "PROMPTSHIP_EVALSETS")):
        path = getattr(roots, name)
        found = path.is_dir()
        fix = "" if found else f"Make the folder, or set {setting}"
        yield Finding(name, "ok" if found else "problem", str(path) if found else f"{path} is no folder", fix)
