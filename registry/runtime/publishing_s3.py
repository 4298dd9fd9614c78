"""Artifacts, models and tables on S3-compatible storage, by conditional writes.

A table is replaced only while it has the ETag that was read, so of two writers one gets GenerationTaken. There is no
lock to hold a table and its history together: a table is its own newest entry of history, marked so in its metadata,
and whoever replaces it first makes sure that its history object is there. So no crash leaves an operation that never
happened, or loses one that did.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from functools import partial

from ..errors import GenerationTaken, RoutingError, SettingsError
from ..models import Model
from .artifact_file import Artifact, corrupt
from .artifact_file import read as read_artifact
from .objects import Found, Lost, Objects
from .publishing import MODELS, Reader, merged_models, models_of, reader_of, taken, unknown_generation, with_reader
from .routes import RouteTable, parse

ATTEMPTS = 20
_PROBE = "conditional-write"
_KEPT = {"history": "yes"}


class S3Publisher:
    """Artifacts under one prefix, routes under another. Many processes on many hosts may write."""

    remote = True

    def __init__(self, artifacts: Objects, routes: Objects) -> None:
        self._artifacts = artifacts
        self._routes = routes
        self._proved = False

    @classmethod
    def at(cls, artifacts: str, routes: str) -> S3Publisher:
        """Of two `s3://bucket/prefix`. Raises SettingsError."""
        return cls(Objects.at(artifacts), Objects.at(routes))

    def environments(self) -> list[str]:
        return [name.removesuffix(".json") for name in self._routes.names("") if _is_table(name)]

    def token(self, environment: str) -> Hashable | None:
        return self._routes.etag(f"{environment}.json")

    def read_table(self, environment: str) -> RouteTable:
        return self._parsed(environment, self._routes.get(f"{environment}.json"))

    def swap(self, table: RouteTable, expected_generation: int, history: bool = True) -> None:
        self._prove()
        key = f"{table.environment}.json"
        before = self._routes.get(key)
        found = self._parsed(table.environment, before)
        if found.generation != expected_generation or table.generation != expected_generation + 1:
            raise taken(found, table, expected_generation)
        self._keep(before, found)
        content = table.model_dump_json(indent=1).encode()
        try:
            self._routes.exchange(key, content, before.etag if before else None, _KEPT if history else None)
        except Lost as lost:
            self._won_after_all(table, content, lost)
        if history:
            self._routes.put(_generation(table), content)

    def put_artifact(self, artifact: Artifact) -> None:
        """Written over when it is there and is not what it should be."""
        key, content = f"{artifact.behavior}.json", artifact.to_bytes()
        found = self._artifacts.get(key)
        if found is None or found.content != content:
            self._artifacts.put(key, content)

    def get_artifact(self, sha: str) -> Artifact:
        found = self._artifacts.get(f"{sha}.json")
        if found is None:
            raise corrupt(sha, f"there is no file {self._artifacts}{sha}.json")
        return read_artifact(found.content, sha)

    def put_models(self, models: Mapping[str, Model]) -> None:
        self._prove()
        self._change(MODELS, partial(merged_models, models=models, where=f"{self._routes}{MODELS}"))

    def read_models(self) -> dict[str, Model]:
        found = self._routes.get(MODELS)
        return models_of(found.content, f"{self._routes}{MODELS}") if found else {}

    def history(self, environment: str) -> list[int]:
        """All that is there when the table itself is unreadable."""
        kept = {int(name.removesuffix(".json")) for name in self._routes.names(f"history/{environment}")}
        table = self._routes.get(f"{environment}.json")
        if table is not None and _is_kept(table):
            try:
                kept.add(self._parsed(environment, table).generation)
            except RoutingError:
                return sorted(kept)
        return sorted(kept)

    def read_generation(self, environment: str, generation: int) -> RouteTable:
        found = self._routes.get(f"history/{environment}/{generation}.json")
        if found is not None:
            return parse(found.content, f"{self._routes}history/{environment}/{generation}.json")
        table = self._routes.get(f"{environment}.json")
        newest = self._parsed(environment, table)
        if table is None or not _is_kept(table) or newest.generation != generation:
            raise unknown_generation(environment, generation, self.history(environment))
        return newest

    def operations(self, environment: str) -> dict[str, int]:
        self.read_table(environment)
        tables = (self.read_generation(environment, number) for number in self.history(environment))
        return {table.operation: table.generation for table in tables}

    def readers(self, environment: str) -> list[Reader]:
        found = (
            reader_of(_content_of(self._routes.get(f"readers/{name}")), name.removesuffix(".json"), environment)
            for name in self._routes.names("readers")
        )
        return [reader for reader in found if reader is not None]

    def report_reader(self, environment: str, reader: Reader) -> None:
        key = f"readers/{reader.name}.json"
        self._routes.put(key, with_reader(_content_of(self._routes.get(key)), environment, reader))

    def _parsed(self, environment: str, found: Found | None) -> RouteTable:
        if found is None:
            return RouteTable.empty(environment)
        return parse(found.content, f"{self._routes}{environment}.json")

    def _keep(self, found: Found | None, table: RouteTable) -> None:
        """Whoever published this table may have died before its history object was written."""
        if found is not None and _is_kept(found) and self._routes.etag(_generation(table)) is None:
            self._routes.put(_generation(table), found.content)

    def _won_after_all(self, table: RouteTable, content: bytes, lost: Lost) -> None:
        """A write whose answer got lost is sent again, and the second one is refused. Raises GenerationTaken."""
        now = self._routes.get(f"{table.environment}.json")
        kept = self._routes.get(_generation(table))
        if content not in [found.content for found in (now, kept) if found]:
            raise taken(self._parsed(table.environment, now), table, table.generation - 1) from lost

    def _change(self, key: str, changed: Callable[[bytes | None], bytes | None]) -> None:
        """Read, change, write, again until nobody came between; None: it is as it should be."""
        for _ in range(ATTEMPTS):
            found = self._routes.get(key)
            content = changed(_content_of(found))
            if content is None:
                return None
            try:
                return self._routes.exchange(key, content, found.etag if found else None)
            except Lost:
                continue
        raise GenerationTaken(
            f"{self._routes}{key} was changed by others {ATTEMPTS} times in a row",
            expected="a moment in which nobody else publishes",
            fix="Try again",
        )

    def _prove(self) -> None:
        """Storage that overlooks conditions would let two writers win. Asked once, before the first write."""
        if self._proved:
            return
        with suppress(Lost):  # it is there from the last time
            self._routes.exchange(_PROBE, b"", None)
        for etag in (None, '"00000000000000000000000000000000"'):
            try:
                self._routes.exchange(_PROBE, b"", etag)
            except Lost:
                continue
            raise SettingsError(
                f"{self._routes} takes a write that it should refuse",
                expected="S3-compatible storage with conditional writes (If-Match, If-None-Match)",
                fix="Publish to a local disk, or to other storage",
            )
        self._proved = True


def _is_table(name: str) -> bool:
    return name.endswith(".json") and name != MODELS


def _is_kept(found: Found) -> bool:
    return found.metadata.get("history") == "yes"


def _generation(table: RouteTable) -> str:
    return f"history/{table.environment}/{table.generation}.json"


def _content_of(found: Found | None) -> bytes | None:
    return found.content if found else None
