"""Objects under one prefix of a bucket, on storage that speaks the S3 API.

Where it is and with which key come from the usual variables of AWS: AWS_ENDPOINT_URL_S3, AWS_DEFAULT_REGION,
AWS_ACCESS_KEY_ID and so on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..credentials import masked
from ..errors import SettingsError
from .extras import missing

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as error:
    raise missing("boto3", "s3") from error

_ABSENT = 404
_LOST = (409, 412)
_DENIED = ("AccessDenied", "403")
_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    request_checksum_calculation="when_required",  # other storage than Amazon's refuses what it does not know
    response_checksum_validation="when_required",
)


def client(session: Any) -> Any:
    """Of the S3 API, for this session of boto3."""
    return session.client("s3", region_name=session.region_name or "us-east-1", config=_CONFIG)


class Lost(Exception):
    """A conditional write that came too late. Nobody outside of `registry.runtime` sees it."""


class Denied(ConnectionError, PermissionError):
    """The storage knows this account and does not let it."""


class Found(NamedTuple):
    content: bytes
    etag: str
    metadata: Mapping[str, str]


class Objects:
    """Keys are relative to the prefix. All methods raise ConnectionError when the storage does not do as asked, the
    kind `Denied` of it where it lets this account not."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client: Any = None
        self._pid = 0

    @classmethod
    def at(cls, url: str) -> Objects:
        """Of `s3://bucket/prefix`. Raises SettingsError."""
        found = _URL.fullmatch(url)
        if not found:
            raise SettingsError(
                f"{masked(url)!r} is no place that can be published to",
                expected="a folder of a local disk, or s3://bucket/prefix",
                fix="Other storage lacks the conditional writes that publishing needs",
            )
        return cls(found[1], found[2] or "")

    def __str__(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def etag(self, key: str) -> str | None:
        """None when there is no such object."""
        answer: dict[str, Any] = {}
        with self._asking(key):
            answer = self._s3.head_object(**self._at(key))
        return answer.get("ETag")

    def get(self, key: str) -> Found | None:
        found = None
        with self._asking(key):
            answer = self._s3.get_object(**self._at(key))
            with answer["Body"] as body:
                found = Found(body.read(), answer["ETag"], answer["Metadata"])
        return found

    def put(self, key: str, content: bytes, media_type: str = "application/octet-stream") -> None:
        with self._asking(key):
            self._s3.put_object(**self._at(key), Body=content, ContentType=media_type)

    def exchange(self, key: str, content: bytes, etag: str | None, metadata: Mapping[str, str] | None = None) -> None:
        """Writes only when the object still is what `etag` says; None: when there is none. Raises Lost."""
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        found = False
        with self._asking(key):
            self._s3.put_object(**self._at(key), Body=content, Metadata=dict(metadata or {}), **condition)
            found = True
        if not found:  # what should have been replaced is gone
            raise Lost(key)

    def names(self, folder: str) -> list[str]:
        """What is directly in a folder, sorted; folders within it are left out."""
        prefix = f"{self._prefix}{folder}/" if folder else self._prefix
        found: list[str] = []
        with self._asking(folder):
            found = [
                entry["Key"].removeprefix(prefix) for page in self._pages(prefix) for entry in page.get("Contents", ())
            ]
        return sorted(found)

    def folders(self) -> list[str]:
        """Those directly under the prefix, sorted."""
        found: list[str] = []
        with self._asking(""):
            pages = self._pages(self._prefix)
            found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", ())]
        return sorted(name.removeprefix(self._prefix).rstrip("/") for name in found)

    def delete(self, key: str) -> None:
        with self._asking(key):
            self._s3.delete_object(**self._at(key))

    def move(self, key: str, to: str) -> None:
        """Nothing when it is gone: somebody else has moved it."""
        with self._asking(key):
            self._s3.copy_object(**self._at(to), CopySource=self._at(key))
            self._s3.delete_object(**self._at(key))

    @property
    def _s3(self) -> Any:
        """One client a process: connections do not survive a fork."""
        if self._client is None or self._pid != os.getpid():
            self._client = client(boto3.session.Session())
            self._pid = os.getpid()
        return self._client

    def _pages(self, prefix: str) -> Iterator[Any]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
        return iter(pages)

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    @contextmanager
    def _asking(self, key: str) -> Iterator[None]:
        """Leaves the block quietly when there is no such object."""
        try:
            yield
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status in _LOST:
                raise Lost(key) from error
            code = error.response.get("Error", {}).get("Code")
            if code in _DENIED:
                raise Denied(f"{self}{key}: {masked(str(error))}") from error
            if status != _ABSENT or code == "NoSuchBucket":
                raise ConnectionError(f"{self}{key}: {masked(str(error))}") from error
        except BotoCoreError as error:
            raise ConnectionError(f"{self}{key}: {masked(str(error))}") from error
