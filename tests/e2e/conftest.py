"""One `promptship serve` for all tests of this folder that need one; each of them has a prompt of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployments.cli.walk import walk
from tasks.release.orders import ReleaseOrder
from tests.polling import until
from tests.served import Served, furnished, ready, served
from tests.shop import shrink
from tests.world import PROMPT, add_version, make_evalsets

BROWSED = {"v1": (40, 0), "v2": (80, 0), "v3": (95, 0), "v4": (90, 0)}
BETTER = "parcel-better"
MERGED = {
    BETTER: {"v1": (41, 0), "v2": (81, 0)},
    "parcel-worse": {"v1": (2, 0)},
    "parcel-unsure": {"v1": (22, 0)},
}
"""What a merge brings is the newest of each. The last has too few cases to tell."""
DOUBTED = "parcel-doubt"
"""As the last of these, for a person to refuse."""
CRASHED = "parcel-survive"
CRASHES = {"v1": (42, 0)} | {f"v{number}": (80 + number, 0) for number in range(2, 25)}
"""Each crash has a version of its own, better than v1."""
LIVE = (PROMPT, BETTER, CRASHED)
HISTORY = 80


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """v1 of those in LIVE is live and has traffic."""
    roots = furnished(tmp_path_factory.mktemp("served"), BROWSED)
    for prompt, versions in {**MERGED, DOUBTED: {"v1": (22, 0)}, CRASHED: CRASHES}.items():
        make_evalsets(roots.evalsets, prompt)
        for version, (quality, broken) in versions.items():
            add_version(roots.registry, version, quality, broken, prompt)
    for prompt in ("parcel-unsure", DOUBTED):
        shrink(roots, ["v1"], prompt)
    with served(roots, LIVE) as found:
        for prompt in LIVE:
            order = ReleaseOrder(version=f"{prompt}@v1", environment="demo", by="test")
            walk(found.workspace, order, lambda _: None)
        until(lambda: len(found.answered) >= len(LIVE) * HISTORY, f"{HISTORY} answers of each prompt")
        ready(found)
        yield found
