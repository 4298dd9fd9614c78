"""How a unit is stored: HMAC-SHA256 under a key of the installation, with the key's id beside it.

The bucket is taken from the raw unit; nothing that is written holds it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "PROMPTSHIP_UNIT_KEY"
FILE = "unit.key"


@dataclass(frozen=True)
class UnitKey:
    """`id` tells keys apart without telling the key."""

    secret: bytes = field(repr=False)

    @classmethod
    def find(cls, home: Path, environ: Mapping[str, str] = os.environ) -> UnitKey:
        """PROMPTSHIP_UNIT_KEY, else `unit.key` in the home, which is created (mode 0600) when it is missing."""
        given = environ.get(VARIABLE, "")
        return cls(given.encode() if given else _of_file(home / FILE))

    @property
    def id(self) -> str:
        return hashlib.sha256(b"promptship unit key id:" + self.secret).hexdigest()[:8]

    def hide(self, unit: str) -> str:
        """64 hex digits, the same for the same unit and key."""
        return hmac.digest(self.secret, unit.encode(errors="surrogatepass"), "sha256").hex()


def _of_file(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        return _create(path)


def _create(path: Path) -> bytes:
    """Linked into place as a whole, so that of two processes that start together one key wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_bytes().strip()
