"""The split of traffic: a unit's bucket under a salt, the same in every language.

bucket = 1 + (u32_be(sha256(salt + ":" + unit)[:4]) * 10000 >> 32), text as UTF-8. `bucket_vectors.json` beside this
file holds test vectors for other implementations.
"""

from __future__ import annotations

from hashlib import sha256

BUCKETS = 10_000


def bucket(salt: str, unit: str) -> int:
    """1..10000. A unit is in a share of `bps` basis points when its bucket is at most `bps`."""
    digest = sha256(f"{salt}:{unit}".encode()).digest()
    return 1 + (int.from_bytes(digest[:4], "big") * BUCKETS >> 32)
