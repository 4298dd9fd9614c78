"""A publisher of each kind, with the ways in which its storage can go wrong."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from registry.runtime.objects import Objects
from registry.runtime.publishing import LocalPublisher, Publisher
from registry.runtime.publishing_s3 import S3Publisher


class Storage(ABC):
    """`read` and `write` bypass the publisher; a path begins with `artifacts/` or `routes/`."""

    @abstractmethod
    def publisher(self) -> Publisher:
        """Another one each time, of the same storage."""

    @abstractmethod
    def read(self, path: str) -> bytes: ...

    @abstractmethod
    def write(self, path: str, content: bytes) -> None: ...

    @abstractmethod
    def remove(self, path: str) -> None: ...

    @abstractmethod
    def out_of_reach(self) -> Any:
        """While the block lasts."""


class Disk(Storage):
    def __init__(self, folder: Path, _: pytest.MonkeyPatch) -> None:
        self.folder = folder / "published"

    def publisher(self) -> Publisher:
        return LocalPublisher(self.folder / "artifacts", self.folder / "routes")

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(content)

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    @contextmanager
    def out_of_reach(self) -> Iterator[None]:
        """A file stands where the folder was."""
        away = self.folder.rename(self.folder.with_name("away"))
        self.folder.touch()
        yield
        self.folder.unlink()
        away.rename(self.folder)


class Bucket(Storage):
    """`endpoint` of a server that speaks S3."""

    def __init__(self, endpoint: str, name: str, patch: pytest.MonkeyPatch) -> None:
        self.endpoint = endpoint
        self.name = name
        self.patch = patch
        self._reach(endpoint)
        self.objects = Objects(name, "published")
        self.objects._s3.create_bucket(Bucket=name)

    def url(self, folder: str) -> str:
        return f"s3://{self.name}/published/{folder}"

    def publisher(self) -> Publisher:
        return S3Publisher.at(self.url("artifacts"), self.url("routes"))

    def read(self, path: str) -> bytes:
        found = self.objects.get(path)
        assert found is not None
        return found.content

    def write(self, path: str, content: bytes) -> None:
        self.objects.put(path, content)

    def remove(self, path: str) -> None:
        self.objects.delete(path)

    @contextmanager
    def out_of_reach(self) -> Iterator[None]:
        """The bucket is gone; a server that is down is a test of its own."""
        away = f"{self.name}-away"
        self.objects._s3.create_bucket(Bucket=away)
        keys = [entry["Key"] for entry in self.objects._s3.list_objects_v2(Bucket=self.name).get("Contents", ())]
        for key in keys:
            self._carry(key, self.name, away)
        self.objects._s3.delete_bucket(Bucket=self.name)
        yield
        self.objects._s3.create_bucket(Bucket=self.name)
        for key in keys:
            self._carry(key, away, self.name)

    def _carry(self, key: str, source: str, target: str) -> None:
        self.objects._s3.copy_object(Bucket=target, Key=key, CopySource={"Bucket": source, "Key": key})
        self.objects._s3.delete_object(Bucket=source, Key=key)

    def _reach(self, endpoint: str) -> None:
        settings = {"ENDPOINT_URL_S3": endpoint, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}
        for name, value in settings.items():
            self.patch.setenv(f"AWS_{name}", value)
        self.patch.setenv("AWS_CONFIG_FILE", "/dev/null")
        self.patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The endpoint of a server that speaks S3."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    return Bucket(s3, f"promptship-{secrets.token_hex(4)}", monkeypatch)
