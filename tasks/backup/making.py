"""Copy the state of one moment. Writers of the ledger wait for the copy of one file, not for its compression."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from registry.errors import LedgerError
from registry.roots import Roots
from tasks.ledger.store import Store

from . import archive
from .archive import Manifest
from .parts import LEDGER, Part, changing, lasting, refuse_elsewhere

_WAIT_S = 60.0


def make(roots: Roots, file: Path, now: datetime) -> Manifest:
    """Write `file`, in place of one that is there when it is whole. Applications and releases may run meanwhile.

    Raises LedgerError when there is nothing to back up here, LedgerLocked.
    """
    refuse_elsewhere(roots)
    store = Store.of(roots, _WAIT_S)
    if not store.exists():
        raise LedgerError(
            f"there is no ledger in {roots.home}",
            expected="a state home that something was released in",
            fix="See `promptship doctor` for the state home in use",
        )
    version = store.schema_version()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as staging:
        folder, new = Path(staging) / "state", Path(staging) / "new"
        folder.mkdir()
        with store.file.still() as ledger:
            shutil.copy2(ledger, folder / LEDGER)
            _copy(changing(roots), folder)
        _copy(lasting(roots), folder)
        manifest = archive.write(folder, new, made_at=now, schema_version=version, lock=lock_of(roots))
        new.replace(file)
    store.close()
    return manifest


def lock_of(roots: Roots) -> str | None:
    """The text of registry.lock, which says what each locked version was."""
    path = roots.registry / "registry.lock"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _copy(parts: Iterable[Part], folder: Path) -> None:
    """Hidden files are locks and what is being written; a file that goes while it is copied was not needed."""
    for part in parts:
        target = folder / part.name
        if part.place.is_file():
            shutil.copy2(part.place, target)
        for path in part.place.rglob("*") if part.place.is_dir() else ():
            relative = path.relative_to(part.place)
            if path.is_file() and not any(name.startswith(".") for name in relative.parts):
                (target / relative).parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):
                    shutil.copy2(path, target / relative)
