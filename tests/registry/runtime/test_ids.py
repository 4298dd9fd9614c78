from __future__ import annotations

import time
import uuid

from registry.runtime.ids import new_id


def test_is_a_uuid_of_version_7() -> None:
    before = time.time_ns() // 1_000_000
    found = uuid.UUID(new_id("tr_").removeprefix("tr_"))
    assert found.version == 7
    assert found.variant == uuid.RFC_4122
    assert before <= found.int >> 80 <= time.time_ns() // 1_000_000


def test_ids_differ() -> None:
    assert len({new_id("op_") for _ in range(2000)}) == 2000
