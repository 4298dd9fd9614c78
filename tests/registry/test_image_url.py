from __future__ import annotations

import pytest

from registry.image_url import checked_url, is_https
from registry.problem import Misfit

URI = "data:image/png;base64,iVBORw0KGgoAAAAAAAAAAA=="


@pytest.mark.parametrize(("url", "yes"), [
    ("https://example.com/a.png", True),
    ("https://example.com:8443/a%20b?w=1&h=2#x", True),
    ("https://example.com", True),
    ("http://example.com/a.png", False),
    ("file:///etc/passwd", False),
    ("https://ana:secret@example.com/a.png", False),
    ("https://example.com/a b.png", False),
    ("https://example.com/\u0430.png", False),
    ("https://example.com/a.png\n", False),
    ("https:///a.png", False),
    ("https://example.com/" + "a" * 2048, False),
    (URI, False),
    (7, False),
])  # fmt: skip
def test_is_https(url: object, yes: bool) -> None:
    assert is_https(url) is yes


@pytest.mark.parametrize(
    "url",
    [
        "http://x.org/a",
        "data:text/html;base64,YQ==",
        "data:image/svg+xml;base64,YQ==",
        URI + "!",
        URI + "A" * 3_000_000,
    ],
)
def test_what_a_version_may_not_hold(url: str) -> None:
    with pytest.raises(Misfit) as caught:
        checked_url(url)
    assert len(caught.value.found) < 90


def test_what_a_version_may_hold() -> None:
    assert checked_url("https://x.org/a.png") == "https://x.org/a.png"
    assert checked_url(URI) == URI
