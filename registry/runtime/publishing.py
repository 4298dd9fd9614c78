"""Where artifacts, models and routing tables are published, and how applications read them.

`Publisher` is the interface; `LocalPublisher` keeps it on a local disk: flock, temporary file, fsync, rename. A history
file is written before its table and counts only once the table has reached its generation, so that a crash between the
two leaves no operation that seems to have happened. What is kept where is in `layout.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from ..errors import GenerationTaken, RoutingError
from ..models import Model
from . import layout
from .access import denied, permitted, refuse_undeclared, routes_of, writable
from .artifact_file import Artifact, corrupt
from .artifact_file import read as read_artifact
from .atomic import locked, replace
from .published_models import merged_models, models_of
from .routes import RouteTable, parse


class Reader(NamedTuple):
    """An application process, as it last said: the generation it serves, and how many spool lines it had to drop."""

    name: str
    generation: int
    at: datetime
    dropped: int


class Publisher(Protocol):
    """Storage with compare-and-swap. All methods raise OSError when the storage is out of reach.

    What writes raises AccessDenied where this account, or PROMPTSHIP_WRITES, does not let it: nothing is written then.
    """

    @property
    def remote(self) -> bool:
        """Whether asking may take so long that no request should wait for it."""

    def environments(self) -> list[str]:
        """Those with a table, by name."""

    def token(self, environment: str) -> Hashable | None:
        """Changes whenever the table does, and is cheap to ask for; None when there is no table."""

    def read_table(self, environment: str) -> RouteTable:
        """The table now, the empty one of generation 0 when there is none. Raises RoutingError when unreadable, or
        where an earlier layout has one."""

    def check_writable(self, environment: str) -> None:
        """Asked before money is spent on what has to be published later. Raises AccessDenied, SettingsError."""

    def swap(self, table: RouteTable, expected_generation: int, history: bool = True) -> None:
        """Publishes `table` when the generation is still the expected one, else raises GenerationTaken."""

    def put_artifact(self, artifact: Artifact) -> None: ...

    def get_artifact(self, sha: str) -> Artifact:
        """Verified by its hash. Raises ArtifactCorrupt, also when it is missing."""

    def put_models(self, environment: str, models: Mapping[str, Model]) -> None:
        """Adds to what is published; kept by `Model.key`, so that older artifacts find theirs."""

    def read_models(self, environment: str) -> dict[str, Model]:
        """By `Model.key`. Raises RoutingError when they are unreadable."""

    def history(self, environment: str) -> list[int]:
        """The generations with a history file, ascending."""

    def read_generation(self, environment: str, generation: int) -> RouteTable: ...

    def operations(self, environment: str) -> dict[str, int]:
        """The generation that each operation made. Renewed leases are not among them."""

    def readers(self, environment: str) -> list[Reader]: ...

    def report_reader(self, environment: str, reader: Reader) -> None: ...


class LocalPublisher:
    """Artifacts, models and tables in two folders of one local disk. Many processes may write."""

    remote = False

    def __init__(self, artifacts_dir: Path, routes_dir: Path, writes: Set[str] | None = None) -> None:
        """`writes` are the environments that this process may publish to; None: all."""
        self._artifacts = artifacts_dir
        self._routes = routes_dir
        self._writes = writes

    def environments(self) -> list[str]:
        return sorted(path.parent.name for path in self._routes.glob(f"*/{layout.TABLE}"))

    def token(self, environment: str) -> Hashable | None:
        try:
            found = self._table(environment).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read_table(self, environment: str) -> RouteTable:
        path = self._table(environment)
        try:
            return parse(path.read_bytes(), str(path))
        except FileNotFoundError:
            if (self._routes / layout.earlier(environment)).exists():
                raise moved(environment, self._routes) from None
            return RouteTable.empty(environment)

    def check_writable(self, environment: str) -> None:
        refuse_undeclared(environment, self._writes)
        folder = self._routes / environment
        for place in (folder, folder / layout.HISTORY, folder / layout.LOCK):
            if not writable(place):
                raise denied(routes_of(environment), place)
        if not writable(self._artifacts):
            raise denied("artifacts", self._artifacts)

    def swap(self, table: RouteTable, expected_generation: int, history: bool = True) -> None:
        with self._writing(table.environment):
            found = self.read_table(table.environment)
            if found.generation != expected_generation or table.generation != expected_generation + 1:
                raise taken(found, table, expected_generation)
            content = table.model_dump_json(indent=1).encode()
            self._keep_history(table, content if history else None)
            replace(self._table(table.environment), content)

    def put_artifact(self, artifact: Artifact) -> None:
        path = self._artifact(artifact.behavior)
        content = artifact.to_bytes()
        if not path.is_file() or path.read_bytes() != content:
            with permitted("artifacts", self._artifacts):
                replace(path, content)

    def get_artifact(self, sha: str) -> Artifact:
        try:
            content = self._artifact(sha).read_bytes()
        except FileNotFoundError as error:
            raise corrupt(sha, f"there is no file {self._artifact(sha)}") from error
        return read_artifact(content, sha)

    def put_models(self, environment: str, models: Mapping[str, Model]) -> None:
        path = self._models(environment)
        with self._writing(environment):
            content = merged_models(_content_of(path), models, str(path))
            if content is not None:
                replace(path, content)

    def read_models(self, environment: str) -> dict[str, Model]:
        path = self._models(environment)
        content = _content_of(path)
        return {} if content is None else models_of(content, str(path))

    def history(self, environment: str) -> list[int]:
        """All that is there when the table itself is unreadable."""
        try:
            newest = float(self.read_table(environment).generation)
        except RoutingError:
            newest = math.inf
        folder = self._routes / layout.history(environment)
        return sorted(number for path in folder.glob("*.json") if (number := int(path.stem)) <= newest)

    def read_generation(self, environment: str, generation: int) -> RouteTable:
        path = self._generation(environment, generation)
        try:
            return parse(path.read_bytes(), str(path))
        except FileNotFoundError as error:
            raise unknown_generation(environment, generation, self.history(environment)) from error

    def operations(self, environment: str) -> dict[str, int]:
        newest = self.read_table(environment).generation
        numbers = [number for number in self.history(environment) if number <= newest]
        tables = (self.read_generation(environment, number) for number in numbers)
        return {table.operation: table.generation for table in tables}

    def readers(self, environment: str) -> list[Reader]:
        """Those of the folder, also of processes that are gone: their `at` says so."""
        folder = self._routes / layout.readers(environment)
        found = (reader_of(path.stem, _content_of(path)) for path in sorted(folder.glob("*.json")))
        return [reader for reader in found if reader is not None]

    def report_reader(self, environment: str, reader: Reader) -> None:
        """One file a process. Not synced: it is said again in a few seconds."""
        replace(self._routes / layout.reader(environment, reader.name), said_by(reader), sync=False)

    def _models(self, environment: str) -> Path:
        return self._routes / layout.models(environment)

    def _table(self, environment: str) -> Path:
        return self._routes / layout.table(environment)

    def _artifact(self, sha: str) -> Path:
        return self._artifacts / f"{sha}.json"

    def _generation(self, environment: str, generation: int) -> Path:
        return self._routes / layout.generation(environment, generation)

    @contextmanager
    def _writing(self, environment: str) -> Iterator[None]:
        """Alone, and allowed to. Raises AccessDenied."""
        refuse_undeclared(environment, self._writes)
        folder = self._routes / environment
        with permitted(routes_of(environment), folder), locked(folder / layout.LOCK):
            yield

    def _keep_history(self, table: RouteTable, content: bytes | None) -> None:
        path = self._generation(table.environment, table.generation)
        if content is None:
            path.unlink(missing_ok=True)
        else:
            replace(path, content)


def unknown_generation(environment: str, generation: int, known: list[int]) -> RoutingError:
    return RoutingError(
        f"There is no generation {generation} in the history of {environment!r}",
        expected=f"one of {known!r}",
        fix="Renewed leases leave no history; ask for the generation before",
    )


def reader_of(name: str, content: bytes | None) -> Reader | None:
    """What one process said; None of a file that is broken: applications write these, and say it again in seconds."""
    try:
        said = json.loads(content or b"{}")
        return Reader(name, int(said["generation"]), _instant(said["at"]), int(said["dropped"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def said_by(reader: Reader) -> bytes:
    """The file of one process."""
    return json.dumps(
        {"generation": reader.generation, "at": reader.at.isoformat(), "dropped": reader.dropped}
    ).encode()


def _instant(text: str) -> datetime:
    """Raises ValueError also for one without a zone, which cannot be compared with now."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def _content_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def moved(environment: str, where: object) -> RoutingError:
    """Not the same as a table that was never there: a first release is compared with nothing."""
    return RoutingError(
        f"The routes of {environment!r} at {where} are kept as an earlier promptship kept them",
        expected="one folder an environment",
        fix='Move them, as docs/access.md says under "From an earlier layout"',
    )


def taken(found: RouteTable, table: RouteTable, expected: int) -> GenerationTaken:
    return GenerationTaken(
        f"{found.environment!r} is at generation {found.generation}, written by {found.written_by} ({found.operation})",
        expected=f"generation {expected} when {table.operation} writes generation {table.generation}",
        fix="Read the table again and decide again",
    )
