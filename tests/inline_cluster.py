"""A cluster in this process for tests: what Dask would do to a chunk, without Dask."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tasks.evaluation import spreading
from tasks.evaluation.cluster import SETTING


class Inline:
    """Sends everything through pickle, as Dask does, and comes back in reverse; `chunks` counts."""

    threads = 2

    def __init__(self) -> None:
        self.chunks = 0

    def run(self, function: Callable[..., Any], *arguments: Sequence[Any]) -> Iterator[Any]:
        for parts in reversed(list(zip(*arguments, strict=True))):
            self.chunks += 1
            yield pickle.loads(pickle.dumps(function(*pickle.loads(pickle.dumps(parts)))))


def installed(monkeypatch: pytest.MonkeyPatch) -> Inline:
    """The cluster that eval cases go to until the end of the test."""
    cluster = Inline()

    @contextmanager
    def connected(_: str) -> Iterator[Inline]:
        yield cluster

    monkeypatch.setattr(spreading, "connected", connected)
    monkeypatch.setenv(SETTING, "dask://here:8786")
    return cluster
