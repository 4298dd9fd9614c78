from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from registry.image_url import MAX_BYTES
from registry.images import held, parts, read, shown
from registry.message import Image
from registry.problem import Misfit

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
URI = "data:image/png;base64," + base64.b64encode(PNG).decode()
SHA = hashlib.sha256(PNG).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "label.png").write_bytes(PNG)
    return tmp_path


def test_a_file_becomes_a_data_uri(root: Path) -> None:
    assert read(root, Image(file="images/label.png", sha256=SHA)) == URI


@pytest.mark.parametrize(("content", "sha256", "said"), [
    (PNG, None, f"add `sha256: {SHA}`"),
    (PNG + b"x", SHA, "expected the one that is pinned"),
    (None, SHA, "cannot be read: No such file"),
    (b"", SHA, "has 0 bytes"),
    (bytes(MAX_BYTES + 1), SHA, "has 1000001 bytes"),
    (b"<svg/>", hashlib.sha256(b"<svg/>").hexdigest(), "a PNG, JPEG, GIF or WebP image"),
])  # fmt: skip
def test_files_that_are_refused(root: Path, content: bytes | None, sha256: str | None, said: str) -> None:
    path = root / "images" / "label.png"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Misfit, match=said):
        read(root, Image(file="images/label.png", sha256=sha256))


def test_a_link_out_of_the_registry_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    (root / "images" / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(Misfit, match="leads out of the registry"):
        read(root, Image(file="images/link.png", sha256=SHA))


def test_parts() -> None:
    images = [Image(url="https://x.org/a.png"), Image(variable="photo")]
    content = parts("What is it?", images, {"photo": "https://x.org/b.png"})
    assert content == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}},
        {"type": "image_url", "image_url": {"url": "https://x.org/b.png"}},
    ]
    assert held(content)
    assert not held("image_url")


@pytest.mark.parametrize(("image", "values", "said"), [
    (Image(variable="photo"), {}, "`photo` is not declared"),
    (Image(variable="photo"), {"photo": "http://x.org/b.png"}, "no https URL"),
    (Image(variable="photo"), {"photo": URI}, "no https URL"),
    (Image(file="images/label.png"), {}, "was not read"),
])  # fmt: skip
def test_parts_that_cannot_be_sent(image: Image, values: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parts("x", [image], values)


@pytest.mark.parametrize(("image", "text"), [
    ({"url": "https://x.org/a.png"}, "[image https://x.org/a.png]"),
    ({"variable": "photo"}, "[image of the variable photo]"),
    ({"file": "images/label.png", "sha256": SHA}, "[image images/label.png]"),
    ({"url": URI}, f"[image/png, 16 bytes, sha256 {SHA[:12]}]"),
])  # fmt: skip
def test_shown(image: dict[str, str], text: str) -> None:
    assert shown(image) == text
