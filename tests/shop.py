"""A promptship that this process's environment names, with an application's traffic in a thread.

with shop(tmp_path, {"v1": (40, 0), "v2": (80, 0)}) as here:
    main.run(["release", "start", "parcel-sort", "v1", "--environment", "demo"])
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import yaml

from registry.catalog import Catalog
from registry.errors import NoRoute
from registry.roots import Roots
from registry.runtime.client import Client
from registry.runtime.spool import Spool
from tasks.release.workspace import Workspace
from tests import scripted
from tests.places import point_to
from tests.world import PRODUCTS, PROMPT, make_evalsets, make_registry, say

PAUSE_S = 0.01
SMALL = tuple(f"c{number:03d}" for number in range(30, 60))
"""So few cases that they can reject a version and never pass it."""


@dataclass
class Shop:
    """`served` are the versions that the newest requests got."""

    roots: Roots
    driver: scripted.Scripted
    served: deque[str] = field(default_factory=lambda: deque(maxlen=1000))

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.roots, actor="test")

    @property
    def live(self) -> str:
        return self.workspace.publisher.read_table("demo").route(PROMPT).live.version


@contextmanager
def shop(folder: Path, versions: Mapping[str, tuple[int, int]], *, small: Sequence[str] = ()) -> Iterator[Shop]:
    """`versions` as in `world`; those of `small` are gated on 30 cases only. The canary is watched in short steps."""
    roots = Roots(
        home=folder / "home",
        registry=make_registry(folder / "registry", dict(versions)),
        evalsets=make_evalsets(folder / "evalsets"),
    )
    quicken(roots.registry / "environments.yaml")
    shrink(roots, small)
    stop = threading.Event()
    with _named(roots), scripted.installed(say) as driver:
        here = Shop(roots, driver)
        thread = threading.Thread(target=_serve, args=(here, stop))
        thread.start()
        try:
            yield here
        finally:
            stop.set()
            thread.join()


def quicken(environments: Path) -> None:
    """The demo's canary, looked at ten times a second instead of every other."""
    text = environments.read_text()
    for slow, quick in {"renew: 2s": "renew: 100ms", "dwell: {low: 2s}": "dwell: {low: 200ms}"}.items():
        assert text.count(slow) == 1
        text = text.replace(slow, quick)
    environments.write_text(text)


def shrink(roots: Roots, versions: Sequence[str], prompt: str = PROMPT) -> None:
    """These versions are gated on the cases of SMALL only; everything is locked anew."""
    evalset = roots.evalsets / prompt / "evalset.yaml"
    told = yaml.safe_load(evalset.read_text())
    told["subsets"]["small"] = {"split": "gate", "cases": list(SMALL)}
    evalset.write_text(yaml.safe_dump(told))
    for version in versions:
        path = roots.registry / "prompts" / prompt / f"{version}.yaml"
        path.write_text(path.read_text().replace(f"full: {prompt}/full", f"full: {prompt}/small"))
    (roots.registry / "registry.lock").unlink()
    Catalog(roots.registry).lock_all()


@contextmanager
def _named(roots: Roots) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        point_to(roots, patch)
        assert "PREFECT_API_URL" not in os.environ
        yield


def _serve(here: Shop, stop: threading.Event) -> None:
    """As an application does: it begins before anything is live, and never hears of a version."""
    spool = Spool(here.roots.spool, rotate_s=0.05)
    with Client("demo", roots=here.roots, spool=spool, poll=0.02) as client:
        for number in count():
            if stop.wait(PAUSE_S):
                return
            text = f"{PRODUCTS[number % len(PRODUCTS)]} number {number}"
            try:
                answer = client.call(PROMPT, {"message": text}, unit=f"session-{number}", intent="sort")
            except NoRoute:
                continue
            here.served.append(answer.resolution.version)
