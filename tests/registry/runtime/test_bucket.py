from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from registry.runtime import bucket as module
from registry.runtime.bucket import BUCKETS, bucket

VECTORS = json.loads(Path(module.__file__).with_name("bucket_vectors.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['salt'][:6]}:{vector['unit'][:8]}")
def test_published_vectors(vector: dict[str, str | int]) -> None:
    assert bucket(str(vector["salt"]), str(vector["unit"])) == vector["bucket"]


def test_buckets_are_even_and_in_range() -> None:
    found = [bucket("rel_1", f"user-{number}") for number in range(20_000)]
    assert min(found) >= 1
    assert max(found) <= BUCKETS
    tenths = Counter((value - 1) // 1000 for value in found)
    assert all(abs(count - 2000) < 200 for count in tenths.values())


def test_salts_split_apart() -> None:
    """5 % under one salt says nothing about 5 % under another."""
    units = [f"user-{number}" for number in range(20_000)]
    first = {unit for unit in units if bucket("a", unit) <= 500}
    both = {unit for unit in first if bucket("b", unit) <= 500}
    assert len(first) == pytest.approx(1000, abs=120)
    assert len(both) == pytest.approx(50, abs=30)
