"""Where artifacts, models and routing tables are published, and how applications read them.

`Publisher` is the interface; `LocalPublisher` keeps it on a local disk: flock, temporary file, fsync, rename. A history
file is written before its table and counts only once the table has reached its generation, so that a crash between the
two leaves no operation that seems to have happened.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from ..errors import GenerationTaken, RoutingError
from ..models import Model
from ..strict import Strict
from .artifact_file import Artifact, corrupt
from .artifact_file import read as read_artifact
from .atomic import locked, replace
from .routes import RouteTable, parse

MODELS = "models.json"


class Reader(NamedTuple):
    """An application process, as it last said: the generation it serves, and how many spool lines it had to drop."""

    name: str
    generation: int
    at: datetime
    dropped: int


class Publisher(Protocol):
    """Storage with compare-and-swap. All methods raise OSError when the storage is out of reach."""

    @property
    def remote(self) -> bool:
        """Whether asking may take so long that no request should wait for it."""

    def environments(self) -> list[str]:
        """Those with a table, by name."""

    def token(self, environment: str) -> Hashable | None:
        """Changes whenever the table does, and is cheap to ask for; None when there is no table."""

    def read_table(self, environment: str) -> RouteTable:
        """The table now, the empty one of generation 0 when there is none. Raises RoutingError when unreadable."""

    def swap(self, table: RouteTable, expected_generation: int, history: bool = True) -> None:
        """Publishes `table` when the generation is still the expected one, else raises GenerationTaken."""

    def put_artifact(self, artifact: Artifact) -> None: ...

    def get_artifact(self, sha: str) -> Artifact:
        """Verified by its hash. Raises ArtifactCorrupt, also when it is missing."""

    def put_models(self, models: Mapping[str, Model]) -> None:
        """Adds to what is published; kept by `Model.key`, so that older artifacts find theirs."""

    def read_models(self) -> dict[str, Model]:
        """By `Model.key`. Raises RoutingError when they are unreadable."""

    def history(self, environment: str) -> list[int]:
        """The generations with a history file, ascending."""

    def read_generation(self, environment: str, generation: int) -> RouteTable: ...

    def operations(self, environment: str) -> dict[str, int]:
        """The generation that each operation made. Renewed leases are not among them."""

    def readers(self, environment: str) -> list[Reader]: ...

    def report_reader(self, environment: str, reader: Reader) -> None: ...


class _Models(Strict):
    """How each published model is reached, by `Model.key`."""

    format: Literal[1] = 1
    models: dict[str, Model]


class LocalPublisher:
    """Artifacts, models and tables in two folders of one local disk. Many processes may write."""

    remote = False

    def __init__(self, artifacts_dir: Path, routes_dir: Path) -> None:
        self._artifacts = artifacts_dir
        self._routes = routes_dir

    def environments(self) -> list[str]:
        return sorted(path.stem for path in self._routes.glob("*.json") if path.name != MODELS)

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
            return RouteTable.empty(environment)

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
            replace(path, content)

    def get_artifact(self, sha: str) -> Artifact:
        try:
            content = self._artifact(sha).read_bytes()
        except FileNotFoundError as error:
            raise corrupt(sha, f"there is no file {self._artifact(sha)}") from error
        return read_artifact(content, sha)

    def put_models(self, models: Mapping[str, Model]) -> None:
        with self._writing("models"):
            content = merged_models(_content_of(self._models), models, str(self._models))
            if content is not None:
                replace(self._models, content)

    def read_models(self) -> dict[str, Model]:
        content = _content_of(self._models)
        return {} if content is None else models_of(content, str(self._models))

    def history(self, environment: str) -> list[int]:
        """All that is there when the table itself is unreadable."""
        try:
            newest = float(self.read_table(environment).generation)
        except RoutingError:
            newest = math.inf
        folder = self._routes / "history" / environment
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
        found = (
            reader_of(_content_of(path), path.stem, environment)
            for path in sorted((self._routes / "readers").glob("*.json"))
        )
        return [reader for reader in found if reader is not None]

    def report_reader(self, environment: str, reader: Reader) -> None:
        """One file a process, one entry an environment. Not synced: it is said again in a few seconds."""
        path = self._routes / "readers" / f"{reader.name}.json"
        replace(path, with_reader(_content_of(path), environment, reader), sync=False)

    @property
    def _models(self) -> Path:
        return self._routes / MODELS

    def _table(self, environment: str) -> Path:
        return self._routes / f"{environment}.json"

    def _artifact(self, sha: str) -> Path:
        return self._artifacts / f"{sha}.json"

    def _generation(self, environment: str, generation: int) -> Path:
        return self._routes / "history" / environment / f"{generation}.json"

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        with locked(self._routes / f".{what}.lock"):
            yield

    def _keep_history(self, table: RouteTable, content: bytes | None) -> None:
        path = self._generation(table.environment, table.generation)
        if content is None:
            path.unlink(missing_ok=True)
        else:
            replace(path, content)


def models_of(content: bytes, where: str) -> dict[str, Model]:
    """By `Model.key`. Raises RoutingError."""
    try:
        return _Models.model_validate_json(content).models
    except ValueError as error:
        raise RoutingError(
            f"The published models {where} cannot be read: {error}",
            expected="a file of format 1 as promptship writes it",
            fix="Publish a version again: its models go with it",
        ) from error


def merged_models(content: bytes | None, models: Mapping[str, Model], where: str) -> bytes | None:
    """The file with these added; None when it has them. Raises RoutingError."""
    known = {} if content is None else models_of(content, where)
    wanted = known | {model.key: model for model in models.values()}
    if wanted == known:
        return None
    return _Models(models={key: wanted[key] for key in sorted(wanted)}).model_dump_json(indent=1).encode()


def unknown_generation(environment: str, generation: int, known: list[int]) -> RoutingError:
    return RoutingError(
        f"There is no generation {generation} in the history of {environment!r}",
        expected=f"one of {known!r}",
        fix="Renewed leases leave no history; ask for the generation before",
    )


def reader_of(content: bytes | None, name: str, environment: str) -> Reader | None:
    """What the file of one process says of one environment."""
    entry = _entries(content).get(environment)
    if not isinstance(entry, dict):
        return None
    return Reader(name, entry["generation"], datetime.fromisoformat(entry["at"]), entry["dropped"])


def with_reader(content: bytes | None, environment: str, reader: Reader) -> bytes:
    """The file of one process with this entry; the other environments stay."""
    entry = {"generation": reader.generation, "at": reader.at.isoformat(), "dropped": reader.dropped}
    return json.dumps({**_entries(content), environment: entry}).encode()


def _entries(content: bytes | None) -> dict[str, object]:
    """None of a file that is missing or broken: it is written again in a few seconds."""
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _content_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def taken(found: RouteTable, table: RouteTable, expected: int) -> GenerationTaken:
    return GenerationTaken(
        f"{found.environment!r} is at generation {found.generation}, written by {found.written_by} ({found.operation})",
        expected=f"generation {expected} when {table.operation} writes generation {table.generation}",
        fix="Read the table again and decide again",
    )
