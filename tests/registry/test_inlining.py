"""Versions that share passages and hold images, from their files to what is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from registry import schemas
from registry.catalog import Catalog
from registry.drafting import draft
from registry.errors import InvalidFile, LockMismatch, RenderError
from registry.runtime.artifact_file import from_behavior, read
from registry.yaml_document import Document

from .test_images import PNG, SHA, URI

RULES = """\
# yaml-language-server: $schema=../../schema/snippet.schema.json
id: refund-rules
version: {version}
owner: support
purpose: What every prompt that speaks of refunds promises.
text: |
  Refunds are possible for {days} days.
  Never promise one for gift cards.
"""
REPLY = """\
messages:
  - role: system
    content: |-
      Answer {{ name }}.
      {% include "refund-rules@v2" %}
      Be brief.
"""
WRITTEN = """\
messages:
  - role: system
    content: |-
      Answer {{ name }}.
      Refunds are possible for 30 days.
      Never promise one for gift cards.
      Be brief.
"""
GREETING = 'messages:\n  - {role: user, content: "Greet {{ name }}."}\n'
PHOTO = """\
messages:
  - role: user
    content: Describe it for {{ name }}.
    images:
      - file: images/label.png
        sha256: %s
      - url: https://example.com/size.png
      - variable: photo
"""


@pytest.fixture
def shop(root: Path) -> Path:
    """greet v1 takes the refund rules over, v2 has them written out, v10 shows images."""
    for version, days in (("v1", 14), ("v2", 30)):
        path = root / "snippets" / "refund-rules" / f"{version}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RULES.format(version=version, days=days))
    (root / "images").mkdir()
    (root / "images" / "label.png").write_bytes(PNG)
    edit(root, "v1", GREETING, REPLY)
    edit(root, "v2", GREETING, WRITTEN)
    edit(root, "v10", GREETING, PHOTO % SHA)
    edit(root, "v10", "variables:\n", "variables:\n  photo: {type: string, untrusted: true}\n")
    return root


def edit(root: Path, version: str, old: str, new: str) -> None:
    path = root / "prompts" / "greet" / f"{version}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_shared_passage_behaves_as_if_it_were_written_here(shop: Path) -> None:
    catalog = Catalog(shop)
    shared, written = catalog.get("greet", "v1"), catalog.get("greet", "v2")
    assert shared.messages == written.messages
    assert catalog.behavior(shared).sha == catalog.behavior(written).sha
    assert (catalog.included(shared), catalog.included(written)) == (["refund-rules@v2"], [])
    assert "gift cards" in shared.render(name="Ana")[0]["content"]


def test_the_files_fit_their_schemas(shop: Path) -> None:
    for name, path in (("snippet", "snippets/refund-rules/v2.yaml"), ("prompt", "prompts/greet/v10.yaml")):
        schema = json.loads((schemas.FOLDER / f"{name}.schema.json").read_text())
        jsonschema.validate(Document((shop / path).read_text()).data, schema)


def test_the_lock_pins_what_is_included(shop: Path) -> None:
    Catalog(shop).lock_all()
    path = shop / "snippets" / "refund-rules" / "v2.yaml"
    path.write_text(path.read_text().replace("owner: support", "owner: legal"))
    assert Catalog(shop).get("greet", "v1").id == "greet"
    path.write_text(path.read_text().replace("30 days", "60 days"))
    with pytest.raises(LockMismatch, match=r"its prompt \(with refund-rules@v2\) changed"):
        Catalog(shop).get("greet", "v1")
    assert Catalog(shop).get("greet", "v2").id == "greet"


@pytest.mark.parametrize(("tag", "place", "found"), [
    ('{% include "refund-rules" %}', "v1.yaml:15:7", "messages[0].content: 'refund-rules' names no version"),
    ('Also {% include "refund-rule@v1" %}', "v1.yaml:15:12", "there is no snippet 'refund-rule@v1'"),
])  # fmt: skip
def test_a_wrong_include_is_told_with_its_place(shop: Path, tag: str, place: str, found: str) -> None:
    edit(shop, "v1", '{% include "refund-rules@v2" %}', tag)
    with pytest.raises(InvalidFile) as caught:
        Catalog(shop).get("greet", "v1")
    assert f"{place}: " in caught.value.found
    assert found in caught.value.found


def test_a_broken_snippet_is_told_where_it_is_included_and_where_it_breaks(shop: Path) -> None:
    path = shop / "snippets" / "refund-rules" / "v2.yaml"
    path.write_text(path.read_text().replace("owner: support", "owner: 7"))
    with pytest.raises(InvalidFile, match=r"greet/v1\.yaml:15:7: .*refund-rules/v2\.yaml:4:8: owner: 7"):
        Catalog(shop).get("greet", "v1")


def test_the_next_version_keeps_the_include(shop: Path) -> None:
    catalog = Catalog(shop)
    source = catalog.path("greet", "v1").read_text()
    made = draft(source, catalog.written("greet", "v1"), "v11", "ben")
    assert made.layout_kept
    assert '{% include "refund-rules@v2" %}' in made.text


def sent(messages: list[dict[str, Any]]) -> list[str]:
    return [part["image_url"]["url"] for part in messages[0]["content"] if part["type"] == "image_url"]


def test_images_are_sent_from_the_artifact_alone(shop: Path) -> None:
    catalog = Catalog(shop)
    behavior = catalog.behavior(catalog.get("greet", "v10"))
    content = from_behavior(behavior).to_bytes()
    jsonschema.validate(json.loads(content), json.loads((schemas.FOLDER / "artifact.schema.json").read_text()))
    (shop / "images" / "label.png").unlink()
    values = {"name": "Ana", "photo": "https://example.com/photo.jpg"}
    messages = read(content, behavior.sha).render(**values)
    assert messages[0]["content"][0] == {"type": "text", "text": "Describe it for Ana."}
    assert sent(messages) == [URI, "https://example.com/size.png", "https://example.com/photo.jpg"]


def test_where_a_file_lies_is_no_behavior(shop: Path) -> None:
    before = Catalog(shop).behavior(Catalog(shop).get("greet", "v10"))
    (shop / "images" / "label.png").rename(shop / "images" / "tag.png")
    edit(shop, "v10", "images/label.png", "images/tag.png")
    assert Catalog(shop).behavior(Catalog(shop).get("greet", "v10")).sha == before.sha
    edit(shop, "v10", "size.png", "sizes.png")
    assert Catalog(shop).behavior(Catalog(shop).get("greet", "v10")).sha != before.sha


def test_a_variable_that_brings_no_https_url(shop: Path) -> None:
    with pytest.raises(RenderError, match=r"messages\[0\]: images\[2\]: `photo` is no https URL"):
        Catalog(shop).get("greet", "v10").render(name="Ana", photo="file:///etc/passwd")


@pytest.mark.parametrize(("old", "new", "said"), [
    (f"        sha256: {SHA}\n", "", rf"v10\.yaml:16:15: messages\[0\]\.images\[0\]\.file: .*Add `sha256: {SHA}"),
    (SHA, "a" * 64, "the one that is pinned, aaaaaaaaaaaa"),
    ("images/label.png", "images/none.png", "'images/none.png' cannot be read"),
    ("images/label.png", "images/../models.yaml", r"images\[0\]\.file: 'images/\.\./models\.yaml'"),
    ("images/label.png", "/etc/passwd", r"images\[0\]\.file: '/etc/passwd'"),
    ("https://example.com/size.png", "http://example.com/size.png", "an https URL"),
    ("https://example.com/size.png", URI, r"images\[1\]\.url: a data URI"),
    ("role: user", "role: system", "images in user messages only"),
    ("- variable: photo", "- {variable: photo, url: https://x.org/a.png}", "one of url, variable and file"),
])  # fmt: skip
def test_images_that_are_refused(shop: Path, old: str, new: str, said: str) -> None:
    edit(shop, "v10", old, new)
    with pytest.raises(InvalidFile, match=said):
        Catalog(shop).get("greet", "v10")
