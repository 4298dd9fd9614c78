"""Put a backup back: everything is checked before anything of the home is touched, and what was there is kept aside."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from registry.errors import SettingsError
from registry.roots import Roots
from tasks.ledger.embedded import Embedded
from tasks.ledger.store import Store

from . import archive
from .archive import Manifest
from .earlier import sort_routes
from .making import lock_of
from .parts import LEDGER, Part, all_of, refuse_elsewhere

_WAIT_S = 15.0


class Restored(NamedTuple):
    """`aside` is where the state before is now, None when there was none; `releases` is how many the ledger has."""

    manifest: Manifest
    releases: int
    aside: Path | None
    same_lock: bool


def restore(roots: Roots, file: Path, now: datetime, *, replace: bool) -> Restored:
    """Raises LedgerError for a file that is no whole backup, LedgerTooNew for one of a newer promptship, SettingsError
    for a home that has state unless `replace`, LedgerLocked while somebody uses the ledger."""
    refuse_elsewhere(roots)
    taken = [part for part in all_of(roots) if _is_there(part.place)]
    if taken and not replace:
        raise SettingsError(
            f"{roots.home} has state already: {', '.join(part.name for part in taken)}",
            expected="an empty state home",
            fix="Give --replace, which moves what is there aside, or set PROMPTSHIP_HOME to another folder",
        )
    roots.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=roots.home) as staging:
        folder = Path(staging)
        manifest = archive.unpack(file, folder, LEDGER)
        sort_routes(folder / "routes")
        releases = _opened(folder / LEDGER)
        aside = roots.home / f"before-restore-{now:%Y%m%dT%H%M%S%f}" if taken else None
        with Embedded(roots.ledger, _WAIT_S).alone():
            for part in all_of(roots):
                _put(part, folder, aside)
    Store.of(roots).publish(roots.public)
    return Restored(manifest, releases, aside, manifest.lock == lock_of(roots))


def _opened(ledger: Path) -> int:
    """Opens and migrates the copy. Raises LedgerError, LedgerTooNew."""
    store = Store.open(ledger)
    try:
        return int(store.rows("SELECT count(*) AS n FROM release")[0]["n"])
    finally:
        store.close()


def _put(part: Part, folder: Path, aside: Path | None) -> None:
    """What is there goes aside, also when the backup has nothing in its place: an old intent must not be settled."""
    log = part.place.with_name(f"{part.place.name}.wal")
    for old in (part.place, log):
        if aside is not None and old.exists():
            kept = aside / (part.name if old is part.place else f"{part.name}.wal")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(old, kept)
    if (folder / part.name).exists():
        part.place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / part.name, part.place)


def _is_there(place: Path) -> bool:
    """A folder without files in it, hidden ones aside, is nothing."""
    if place.is_dir():
        return any(path.is_file() and not path.name.startswith(".") for path in place.rglob("*"))
    return place.exists()
