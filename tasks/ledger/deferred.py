"""Modules that are loaded when they are first used: who may not need them does not wait for them, nor need them whole.

importlib's LazyLoader is no help: up to Python 3.11 the second `import` statement of a lazy module loads it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """Stands for a module until something of it is asked for. A module that cannot be loaded says so each time."""

    def __getattr__(self, name: str) -> Any:
        del sys.modules[self.__name__]
        try:
            found = import_module(self.__name__)
        except BaseException:
            sys.modules[self.__name__] = self
            raise
        self.__dict__.update(found.__dict__)
        return getattr(found, name)


def defer(name: str) -> None:
    """Let `import <name>` cost nothing until something of it is used. To be called before anything imports it."""
    if name not in sys.modules:
        sys.modules[name] = _Deferred(name)
