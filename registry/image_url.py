"""What may stand for an image: an https URL, or a data URI that a file was read into."""

from __future__ import annotations

import re
from typing import Any

from .problem import Misfit

MAX_BYTES = 1_000_000
MAX_URL = 2048
DATA = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/]+={0,2})")
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!-~]*)?")


def is_https(url: Any) -> bool:
    """An https URL of printable ASCII without user name or password."""
    return isinstance(url, str) and len(url) <= MAX_URL and _HTTPS.fullmatch(url) is not None


def checked_url(url: str) -> str:
    """What a version may hold: https, or an inlined image. Raises Misfit."""
    if is_https(url) or (len(url) <= 2 * MAX_BYTES and DATA.fullmatch(url)):
        return url
    raise Misfit(
        repr(url if len(url) <= 80 else url[:77] + "..."),
        expected=f"an https URL of at most {MAX_URL} characters, without user name and password",
        fix="put the image where https reaches it, or into registry/images and name it under `file`",
    )
