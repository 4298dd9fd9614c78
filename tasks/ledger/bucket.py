"""A data folder on S3-compatible storage, told to DuckDB as boto3 finds it.

Where it is, how its bucket is addressed and with which key: one configuration serves artifacts, routes, spool and this.
Only a ledger that has such a folder imports this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
import duckdb
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from registry.credentials import masked
from registry.errors import LedgerUnwritable
from registry.runtime.objects import client

from .extension import load

_FROM_ENVIRONMENT = ("s3_access_key_id", "s3_secret_access_key", "s3_session_token")
_SECRET = """
    CREATE OR REPLACE TEMPORARY SECRET promptship (
        TYPE s3, SCOPE $scope, KEY_ID $key_id, SECRET $secret, SESSION_TOKEN $token,
        REGION $region, ENDPOINT $endpoint, URL_STYLE $style, USE_SSL $tls
    )
"""


class _Reach(NamedTuple):
    """How the storage is asked; of one process, because connections do not survive a fork."""

    pid: int
    session: Any
    s3: Any

    @classmethod
    def found(cls) -> _Reach:
        session = boto3.session.Session()
        return cls(os.getpid(), session, client(session))


class Bucket:
    """For one instance of DuckDB, which keeps the key in memory, for this folder alone, and shows it to nobody."""

    def __init__(self, data: str) -> None:
        """`data`: s3://bucket/prefix/."""
        self._data = data
        self._name, _, self._prefix = data.removeprefix("s3://").partition("/")
        self._reach: _Reach | None = None
        self._given: Any = None

    def check(self) -> None:
        """One question to the storage, which tells a wrong key too. Raises LedgerUnwritable."""
        with self._asking() as reach:
            reach.s3.list_objects_v2(Bucket=self._name, Prefix=self._prefix, MaxKeys=1)

    def admit(self, connection: duckdb.DuckDBPyConnection) -> None:
        """A new instance learns to speak S3, before anything is attached to it.

        httpfs copies the environment's key into settings, which every question can read: it is taken out again.
        """
        load(connection, "httpfs")
        for setting in _FROM_ENVIRONMENT:
            connection.execute(f"RESET {setting}")
        if bundle := os.environ.get("AWS_CA_BUNDLE"):
            connection.execute("SET ca_cert_file = $bundle", {"bundle": bundle})
        self._given = None

    def renew(self, connection: duckdb.DuckDBPyConnection) -> None:
        """boto3 renews a key that expires, and DuckDB is given the new one. Raises LedgerUnwritable."""
        with self._asking() as reach:
            key = _key(reach.session)
            if key != self._given:
                named = {"scope": self._data, "key_id": key.access_key, "secret": key.secret_key}
                # NULL would be sent as a token
                connection.execute(_SECRET, named | {"token": key.token or ""} | _place(reach.s3, self._name))
                self._given = key

    def forget(self) -> None:
        """The storage refused something: the next use reads environment and profiles again."""
        self._reach = None

    @contextmanager
    def _asking(self) -> Iterator[_Reach]:
        try:
            reach = self._reach
            if reach is None or reach.pid != os.getpid():
                reach = self._reach = _Reach.found()
            yield reach
        except (BotoCoreError, ClientError, ValueError) as error:
            self.forget()
            raise LedgerUnwritable(
                f"{self._data} does not do as asked: {masked(str(error)).rstrip('.')}",
                expected="storage that answers, its bucket, and a key that may list, read, write and delete there",
                fix="Check PROMPTSHIP_LEDGER, AWS_ENDPOINT_URL_S3 and the key; `promptship doctor` looks again",
            ) from None


def _key(session: Any) -> Any:
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return credentials.get_frozen_credentials()


def _place(s3: Any, bucket: str) -> dict[str, Any]:
    """Region, endpoint and style; the style is read off an address that boto3 writes, with the bucket in its path or
    in its host."""
    endpoint = urlsplit(s3.meta.endpoint_url)
    written = urlsplit(s3.generate_presigned_url("head_bucket", Params={"Bucket": bucket}))
    return {
        "region": s3.meta.region_name,
        "endpoint": endpoint.netloc + endpoint.path.rstrip("/"),
        "style": "path" if written.path.endswith(f"/{bucket}") else "vhost",
        "tls": endpoint.scheme == "https",
    }
