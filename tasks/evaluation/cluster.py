"""A Dask cluster as this project uses it: named by a setting, it runs one function over many arguments."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, NoReturn, TypeVar

from registry.errors import SettingsError

T = TypeVar("T")
SETTING = "PROMPTSHIP_EXECUTOR"
_PATIENCE_S = 30.0


def scheduler(environ: Mapping[str, str] = os.environ) -> str | None:
    """Address of the Dask scheduler that PROMPTSHIP_EXECUTOR names, None for this process. Raises SettingsError."""
    said = environ.get(SETTING) or "threads"
    if said == "threads":
        return None
    place = said.removeprefix("dask://")
    host, _, port = place.rpartition(":")
    if said != place and host and port.isdigit():
        return f"tcp://{place}"
    raise SettingsError(
        f"{SETTING} is {said!r}",
        expected="threads, or dask://<host>:<port> of a Dask scheduler",
        fix=f"Set {SETTING} to one of these, or unset it",
    )


class Cluster:
    """A connection to a cluster that has at least one worker."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def threads(self) -> int:
        """How many calls of a function it runs at once."""
        return sum(self._client.nthreads().values()) or 1

    def run(self, function: Callable[..., T], *arguments: Sequence[Any]) -> Iterator[T]:
        """The results as they come, in no order; what is not asked for any more is cancelled.

        A worker that dies has its part run again by others. Raises SettingsError when that kills them all, and what
        `function` raises.
        """
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        futures = self._client.map(function, *arguments, pure=False)
        try:
            for future in as_completed(futures, loop=self._client.loop):  # type: ignore[no-untyped-call]
                yield future.result()
        except KilledWorker as error:
            _killed(error)
        finally:
            self._client.cancel(futures)


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Raises SettingsError when nothing answers there, or no worker comes within 30 s."""
    if find_spec("distributed") is None:
        raise SettingsError(
            f"{SETTING} names a Dask cluster, and `distributed` is not installed",
            expected="the extra `scale`",
            fix="pip install 'promptship-pipeline[scale]'",
        )
    from distributed import Client

    opened: Callable[..., Any] = Client
    try:
        client = opened(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        _unreachable(address, error)
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError as error:
            _unreachable(address, error)
        yield Cluster(client)


def _unreachable(address: str, error: Exception) -> NoReturn:
    raise SettingsError(
        f"no Dask worker answers at {address}: {error}",
        expected="a scheduler with at least one worker",
        fix=f"Start them, see docs/scale-out.md; or unset {SETTING} to run here",
    ) from error


def _killed(error: Exception) -> NoReturn:
    raise SettingsError(
        f"a chunk of eval cases ended every Dask worker that ran it: {error}",
        expected="workers that stay up",
        fix="Read the log of a worker; too little memory is the usual cause",
    ) from None
