from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.survivor import Survivor, survive
from tests.world import World, world


@pytest.fixture(scope="session")
def survivor(tmp_path_factory: pytest.TempPathFactory) -> Survivor:
    return survive(tmp_path_factory.mktemp("survivor"))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made
