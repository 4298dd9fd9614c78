"""Where a lake's Parquet files are: a folder that every machine mounts, or a bucket."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import duckdb

from registry.errors import LedgerUnwritable
from registry.runtime.extras import missing

from .catalogue import Address


class DataFolder(Protocol):
    """For one instance of DuckDB."""

    def check(self) -> None:
        """Whether it is within reach; looking creates nothing. Raises LedgerUnwritable."""

    def admit(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make a new instance able to use it, before anything is attached. Raises LedgerUnwritable."""

    def renew(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Before each use of the instance. Raises LedgerUnwritable."""

    def forget(self) -> None:
        """Something went wrong: what is known of it may be out of date."""


class Folder:
    """On a disk, which says itself what is wrong."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def check(self) -> None:
        """It is made when an instance first needs it."""

    def admit(self, connection: duckdb.DuckDBPyConnection) -> None:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerUnwritable(
                f"{self._path}/ cannot be made: {error.strerror}",
                expected="a folder that every machine mounts, and that this account may write",
                fix="Check PROMPTSHIP_LEDGER and the folder; `promptship doctor` looks again",
            ) from None

    def renew(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing expires."""

    def forget(self) -> None:
        """Nothing is known."""


def data_folder(at: Address) -> DataFolder:
    """Raises SettingsError when it is a bucket, and boto3 is missing."""
    if not at.on_s3:
        return Folder(at.data)
    try:
        from .bucket import Bucket
    except ModuleNotFoundError as error:
        raise missing("boto3", "s3") from error
    return Bucket(at.data)
