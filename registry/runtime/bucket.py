"""The split of traffic: a unit's bucket under a salt, the same in every language.

bucket = 1 + (u32_be(sha256(salt + ":" + unit)[:4]) * 10000 >> 32), text as UTF-8. `bucket_vectors.json` beside this
file holds test vectors for other implementations.
"""

from __future__ import annotations

from hashlib import sha256
from struct import Struct

BUCKETS = 10_000
_FIRST_U32_BE = Struct(">I").unpack_from


def bucket(salt: str, unit: str) -> int:
    """1..10000. A unit is in a share of `bps` basis points when its bucket is at most `bps`."""
    (number,) = _FIRST_U32_BE(sha256(_bytes(f"{salt}:{unit}")).digest())
    return 1 + (int(number) * BUCKETS >> 32)


def _bytes(text: str) -> bytes:
    """Lone surrogates, which UTF-8 cannot say, are hashed all the same: no unit is refused."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")
