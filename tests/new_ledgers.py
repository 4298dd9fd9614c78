"""A new ledger without its migrations: the copy of an empty one that was migrated once.

with copied_from(folder / "empty.duckdb"):
    Store.open(path).migrate()           # a file in place of some 450 statements

Other processes migrate as they always do, and so do the tests that ask for the fixture `every_migration`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tasks.ledger import migration
from tasks.ledger.embedded import Embedded
from tasks.ledger.engine import Engine
from tasks.ledger.store import Store

migrate = migration.migrate


@contextmanager
def copied_from(empty: Path) -> Iterator[None]:
    """Until the end of the block, in this process; `empty` is made."""
    store = Store.open(empty)
    store.migrate()
    store.close()

    def copy_or_migrate(engine: Engine) -> None:
        if isinstance(engine, Embedded) and not engine.exists():
            _copy(empty, engine)
        migrate(engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration, "migrate", copy_or_migrate)
        yield


def _copy(empty: Path, engine: Embedded) -> None:
    """Whole or not at all, as the only writer; a folder that cannot be written is left to the migration to complain."""
    beside = engine.path.with_name(f".{engine.path.name}.{os.getpid()}")
    with suppress(OSError), engine.alone():
        shutil.copyfile(empty, beside)
        os.link(beside, engine.path)
    with suppress(OSError):
        beside.unlink()
