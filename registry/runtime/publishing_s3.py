"""Artifacts, models and tables on S3-compatible storage, by conditional writes.

A table is replaced only while it has the ETag that was read, so of two writers one gets GenerationTaken. There is no
lock to hold a table and its history together: a table is its own newest entry of history, marked so in its metadata,
and whoever replaces it first makes sure that its history object is there. So no crash leaves an operation that never
happened, or loses one that did. Artifacts are only ever created: storage may refuse to have one written over.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Set
from contextlib import suppress
from functools import partial

from ..errors import GenerationTaken, RoutingError, SettingsError
from ..models import Model
from . import layout
from .access import permitted, refuse_undeclared, routes_of
from .artifact_file import Artifact, corrupt
from .artifact_file import read as read_artifact
from .objects import Denied, Found, Lost, Objects
from .published_models import merged_models, models_of
from .publishing import Reader, moved, reader_of, said_by, taken, unknown_generation
from .routes import RouteTable, parse

ATTEMPTS = 20
_KEPT = {"history": "yes"}


class S3Publisher:
    """Artifacts under one prefix, routes under another. Many processes on many hosts may write."""

    remote = True

    def __init__(self, artifacts: Objects, routes: Objects, writes: Set[str] | None = None) -> None:
        """`writes` are the environments that this process may publish to; None: all."""
        self._artifacts = artifacts
        self._routes = routes
        self._writes = writes
        self._proved: set[str] = set()

    @classmethod
    def at(cls, artifacts: str, routes: str, writes: Set[str] | None = None) -> S3Publisher:
        """Of two `s3://bucket/prefix`. Raises SettingsError."""
        return cls(Objects.at(artifacts), Objects.at(routes), writes)

    def environments(self) -> list[str]:
        return [name for name in self._routes.folders() if self.token(name) is not None]

    def token(self, environment: str) -> Hashable | None:
        return self._routes.etag(layout.table(environment))

    def read_table(self, environment: str) -> RouteTable:
        found = self._routes.get(layout.table(environment))
        if found is None and self._is_earlier(environment):
            raise moved(environment, self._routes)
        return self._parsed(environment, found)

    def _is_earlier(self, environment: str) -> bool:
        """Not to be seen by an account that may read its own environments only."""
        with suppress(Denied):
            return self._routes.etag(layout.earlier(environment)) is not None
        return False

    def check_writable(self, environment: str) -> None:
        self._prove(environment)
        with permitted("artifacts", self._artifacts), suppress(Lost):
            self._artifacts.exchange(layout.PROBE, b"", None)

    def swap(self, table: RouteTable, expected_generation: int, history: bool = True) -> None:
        self._prove(table.environment)
        key = layout.table(table.environment)
        before = self._routes.get(key)
        found = self._parsed(table.environment, before)
        if found.generation != expected_generation or table.generation != expected_generation + 1:
            raise taken(found, table, expected_generation)
        content = table.model_dump_json(indent=1).encode()
        with permitted(routes_of(table.environment), f"{self._routes}{key}"):
            self._keep(before, found)
            try:
                self._routes.exchange(key, content, before.etag if before else None, _KEPT if history else None)
            except Lost as lost:
                self._won_after_all(table, content, lost)
        if history:
            self._routes.put(_generation(table), content)

    def put_artifact(self, artifact: Artifact) -> None:
        """Written over only when it is there and is not what it should be."""
        content = artifact.to_bytes()
        with permitted("artifacts", self._artifacts):
            self._change(
                self._artifacts, f"{artifact.behavior}.json", lambda found: None if found == content else content
            )

    def get_artifact(self, sha: str) -> Artifact:
        found = self._artifacts.get(f"{sha}.json")
        if found is None:
            raise corrupt(sha, f"there is no file {self._artifacts}{sha}.json")
        return read_artifact(found.content, sha)

    def put_models(self, environment: str, models: Mapping[str, Model]) -> None:
        self._prove(environment)
        key = layout.models(environment)
        where = f"{self._routes}{key}"
        with permitted(routes_of(environment), where):
            self._change(self._routes, key, partial(merged_models, models=models, where=where))

    def read_models(self, environment: str) -> dict[str, Model]:
        key = layout.models(environment)
        found = self._routes.get(key)
        return models_of(found.content, f"{self._routes}{key}") if found else {}

    def history(self, environment: str) -> list[int]:
        """All that is there when the table itself is unreadable."""
        kept = {int(name.removesuffix(".json")) for name in self._routes.names(layout.history(environment))}
        table = self._routes.get(layout.table(environment))
        if table is not None and _is_kept(table):
            try:
                kept.add(self._parsed(environment, table).generation)
            except RoutingError:
                return sorted(kept)
        return sorted(kept)

    def read_generation(self, environment: str, generation: int) -> RouteTable:
        key = layout.generation(environment, generation)
        found = self._routes.get(key)
        if found is not None:
            return parse(found.content, f"{self._routes}{key}")
        table = self._routes.get(layout.table(environment))
        newest = self._parsed(environment, table)
        if table is None or not _is_kept(table) or newest.generation != generation:
            raise unknown_generation(environment, generation, self.history(environment))
        return newest

    def operations(self, environment: str) -> dict[str, int]:
        self.read_table(environment)
        tables = (self.read_generation(environment, number) for number in self.history(environment))
        return {table.operation: table.generation for table in tables}

    def readers(self, environment: str) -> list[Reader]:
        folder = layout.readers(environment)
        found = (
            reader_of(name.removesuffix(".json"), _content_of(self._routes.get(f"{folder}/{name}")))
            for name in self._routes.names(folder)
        )
        return [reader for reader in found if reader is not None]

    def report_reader(self, environment: str, reader: Reader) -> None:
        self._routes.put(layout.reader(environment, reader.name), said_by(reader))

    def _parsed(self, environment: str, found: Found | None) -> RouteTable:
        if found is None:
            return RouteTable.empty(environment)
        return parse(found.content, f"{self._routes}{layout.table(environment)}")

    def _keep(self, found: Found | None, table: RouteTable) -> None:
        """Whoever published this table may have died before its history object was written."""
        if found is not None and _is_kept(found) and self._routes.etag(_generation(table)) is None:
            self._routes.put(_generation(table), found.content)

    def _won_after_all(self, table: RouteTable, content: bytes, lost: Lost) -> None:
        """A write whose answer got lost is sent again, and the second one is refused. Raises GenerationTaken."""
        now = self._routes.get(layout.table(table.environment))
        kept = self._routes.get(_generation(table))
        if content not in [found.content for found in (now, kept) if found]:
            raise taken(self._parsed(table.environment, now), table, table.generation - 1) from lost

    def _change(self, place: Objects, key: str, changed: Callable[[bytes | None], bytes | None]) -> None:
        """Read, change, write, again until nobody came between; None: it is as it should be."""
        for _ in range(ATTEMPTS):
            found = place.get(key)
            content = changed(_content_of(found))
            if content is None:
                return None
            try:
                return place.exchange(key, content, found.etag if found else None)
            except Lost:
                continue
        raise GenerationTaken(
            f"{place}{key} was changed by others {ATTEMPTS} times in a row",
            expected="a moment in which nobody else publishes",
            fix="Try again",
        )

    def _prove(self, environment: str) -> None:
        """That this account may write here, and that the storage heeds conditions: where it overlooks them two writers
        would win. Asked once an environment, before the first write. Raises AccessDenied, SettingsError."""
        refuse_undeclared(environment, self._writes)
        if environment in self._proved:
            return
        key = f"{environment}/{layout.PROBE}"
        with permitted(routes_of(environment), f"{self._routes}{environment}"):
            with suppress(Lost):  # it is there from the last time
                self._routes.exchange(key, b"", None)
            for etag in (None, '"00000000000000000000000000000000"'):
                self._must_lose(key, etag)
        self._proved.add(environment)

    def _must_lose(self, key: str, etag: str | None) -> None:
        try:
            self._routes.exchange(key, b"", etag)
        except Lost:
            return
        raise SettingsError(
            f"{self._routes} takes a write that it should refuse",
            expected="S3-compatible storage with conditional writes (If-Match, If-None-Match)",
            fix="Publish to a local disk, or to other storage",
        )


def _is_kept(found: Found) -> bool:
    return found.metadata.get("history") == "yes"


def _generation(table: RouteTable) -> str:
    return layout.generation(table.environment, table.generation)


def _content_of(found: Found | None) -> bytes | None:
    return found.content if found else None
