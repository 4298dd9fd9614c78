"""A promptship of a test's own, and its command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import main
from registry.catalog import Catalog
from registry.roots import Roots
from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import Canary, Pinned, RouteTable
from tasks.ledger import release
from tasks.ledger.release import Release
from tasks.ledger.store import Store
from tasks.release import following, operating
from tests.places import point_to
from tests.world import PROMPT, make_evalsets, make_registry

VERSIONS = {"v1": (40, 0), "v2": (80, 0), "v3": (38, 0)}
RELEASE = "rel_0198"


@dataclass(frozen=True)
class Said:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """All of stdout, which has to be one JSON document."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Place:
    """Roots, and short ways to what is published and written."""

    roots: Roots

    @property
    def publisher(self) -> LocalPublisher:
        return LocalPublisher(self.roots.artifacts, self.roots.routes)

    @property
    def store(self) -> Store:
        return Store.open(self.roots.ledger, lock_timeout_s=5)

    @property
    def table(self) -> RouteTable:
        return self.publisher.read_table("demo")

    def live(self) -> str:
        return self.table.route(PROMPT).live.version

    def pinned(self, version: str) -> Pinned:
        catalog = Catalog(self.roots.registry)
        behavior = catalog.behavior(catalog.get(PROMPT, version))
        self.publisher.put_artifact(from_behavior(behavior))
        return Pinned(version=version, behavior=behavior.sha)

    def change(self, changed: RouteTable) -> None:
        stamped = routes_change.stamped(changed, operation=f"op_{changed.generation}", at=datetime.now(UTC), by="test")
        self.publisher.swap(stamped, changed.generation)

    def serve(self, *versions: str) -> None:
        """Make them live one after the other; each may be gone back to."""
        first, *others = versions
        self.change(routes_change.go_live(self.table, PROMPT, "parcels.sort", self.pinned(first)))
        for version in others:
            self.change(routes_change.pin(self.table, PROMPT, self.pinned(version), certified=True))

    def canary(self, version: str, seconds: float = 60) -> str:
        """Half of the traffic for this version, in a release that the ledger has as open; its behavior."""
        pinned, until = self.pinned(version), datetime.now(UTC) + timedelta(seconds=seconds)
        live = self.table.route(PROMPT).live
        canary = Canary(
            version=version, behavior=pinned.behavior, release=RELEASE, share_bps=5000, salt=RELEASE,
            lease_expires_at=until, lease_seconds=60, lease_seq=1,
        )  # fmt: skip
        self.change(routes_change.start_canary(self.table, PROMPT, canary, baseline=live.behavior))
        self.store.tx(lambda tx: release.insert(tx, a_release(live, pinned)))
        return pinned.behavior

    def with_policy(self, release_id: str) -> None:
        """The rules of the environment, which a release freezes and whoever walks it reads."""
        policy = Catalog(self.roots.registry).environments.policy("demo", "low").model_dump_json()
        self.store.tx(lambda tx: tx.execute("UPDATE release SET policy = ? WHERE release_id = ?", [policy, release_id]))

    def files(self) -> dict[str, bytes]:
        """Everything that is kept, to see that nothing was lost."""
        return {str(path): path.read_bytes() for path in sorted(self.roots.home.rglob("*")) if path.is_file()}


def a_release(live: Pinned, candidate: Pinned, **changes: Any) -> Release:
    fields: dict[str, Any] = {
        "release_id": RELEASE,
        "environment": "demo",
        "prompt_id": PROMPT,
        "from_version": live.version,
        "from_behavior": live.behavior,
        "to_version": candidate.version,
        "to_behavior": candidate.behavior,
        "anchor_behavior": live.behavior,
        "risk": "low",
        "author": "ana",
        "attempt": 1,
        "started_by": "ci",
        "started_at": datetime.now(UTC) - timedelta(hours=1),
        "components": {"prompt": candidate.behavior},
        "policy": {},
        "change_note": {
            "author": "ana",
            "why": "More examples",
            "expected": [{"metric": "score", "direction": "up", "by": 0.3}],
            "reverse": "pin v1",
        },
    }
    return Release(**fields | changes)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with one prompt, and its eval set: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    make_registry(folder / "registry", VERSIONS)
    make_evalsets(folder / "evalsets")
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Copies of these, and an empty state home; the command line finds them."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    roots = Roots(home=tmp_path / "home", registry=tmp_path / "registry", evalsets=tmp_path / "evalsets")
    point_to(roots, monkeypatch)
    monkeypatch.setattr(operating, "LEDGER_WAIT_S", 0.2)
    monkeypatch.setattr(following, "WAIT_S", 0.2)
    return Place(roots)


@pytest.fixture
def promptship(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """promptship("live", "show") -> Said"""

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        code = main.run(list(arguments))
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run
