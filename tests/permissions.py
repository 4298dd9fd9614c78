"""File permissions as an ordinary account meets them, also where tests run as root."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_VERSION_3 = 0x20080522
_OVERRIDES = 0b111
"""CAP_CHOWN, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root pass by permissions (linux/capability.h)."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Set(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextmanager
def heeded() -> Iterator[None]:
    """Permissions hold for this thread while the block lasts; root keeps its files, and is bound by their modes."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root passes by permissions here")
    header, sets = _Header(_VERSION_3, 0), (_Set * 2)()
    _do("capget", header, sets)
    before = sets[0].effective
    sets[0].effective = before & ~_OVERRIDES
    _do("capset", header, sets)
    try:
        yield
    finally:
        sets[0].effective = before
        _do("capset", header, sets)


@contextmanager
def read_only(*folders: Path) -> Iterator[None]:
    """These folders, and all folders within them, cannot be written while the block lasts, by anybody."""
    places = [path for folder in folders for path in (folder, *folder.rglob("*")) if path.is_dir()]
    modes = {path: path.stat().st_mode for path in places}
    for path in places:
        path.chmod(0o555)
    try:
        with heeded():
            yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def _do(name: str, header: _Header, sets: ctypes.Array[_Set]) -> None:
    call = getattr(ctypes.CDLL(None, use_errno=True), name)
    if call(ctypes.byref(header), sets) != 0:
        pytest.skip(f"root keeps its capabilities here: {os.strerror(ctypes.get_errno())}")
