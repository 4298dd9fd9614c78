"""Two releases of one prompt never run at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.errors import ClaimTaken
from tasks.ledger import release
from tasks.release.claiming import hold
from tests.world import PROMPT, World


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_who_comes_second_is_refused_before_anything_is_opened(here: World, version: str) -> None:
    here.release("v1")
    table = here.workspace.publisher.read_table("demo")
    with hold(here.workspace, f"release:demo/{PROMPT}"), ThreadPoolExecutor(1) as pool:
        second = pool.submit(here.release, version)
        with pytest.raises(ClaimTaken, match=f"release:demo/{PROMPT}"):
            second.result()
    assert [row.to_version for row in release.recent(here.workspace.store)] == ["v1"]
    assert here.workspace.publisher.read_table("demo") == table
