"""Modules that are loaded when they are first used: a command that may not need them does not wait for them."""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec


def defer(name: str) -> None:
    """Let `import <name>` cost nothing until something of it is used; a broken installation is only noticed then.

    To be called before anything that imports it. Does nothing when it is loaded already or is not installed.
    """
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
