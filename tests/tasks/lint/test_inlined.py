"""Lint of a version that includes snippets: it reads one text, and points at the line of the tag."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.catalog import Catalog
from registry.models import Model
from tasks.lint.linting import lint_all
from tasks.lint.rules.image_reference import image_reference
from tasks.lint.subject import Subject
from tests.tasks.lint.broken import PHOTO, WITH_PHOTO

REGISTRY = Path(__file__).parents[3] / "registry"
SYSTEM = "    content: Copy the order id and the product from the customer's message.\n"
BLOCK = """\
    content: |-
      Copy the order id and the product.
      {% include "house-rules@v1" %}
      {{ lang }}
"""
TAG_LINE, AFTER_LINE = 17, 18
Write = Callable[[str], Catalog]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(text of the snippet) -> a registry with order-extract v3, whose system message includes it."""
    for name in ("models.yaml", "metrics.yaml", "environments.yaml"):
        shutil.copy(REGISTRY / name, tmp_path / name)
    shutil.copytree(REGISTRY / "policies", tmp_path / "policies")
    version = tmp_path / "prompts" / "order-extract" / "v3.yaml"
    version.parent.mkdir(parents=True)
    shipped = (REGISTRY / "prompts" / "order-extract" / "v3.yaml").read_text()
    assert SYSTEM in shipped
    version.write_text(shipped.replace(SYSTEM, BLOCK))
    (tmp_path / "snippets" / "house-rules").mkdir(parents=True)

    def catalog(text: str) -> Catalog:
        snippet = f"id: house-rules\nversion: v1\nowner: support\ntext: {text}\n"
        (tmp_path / "snippets" / "house-rules" / "v1.yaml").write_text(snippet)
        return Catalog(tmp_path)

    return catalog


def findings(catalog: Catalog) -> set[tuple[str, int | None]]:
    linted = lint_all(catalog)[0]
    return {(finding.code, finding.line) for finding in linted.report.findings}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("'One.\n\n  Two.\n\n  {{ tone }}'", "PS101"),
        ("Always call the search tool.", "PS115"),
        ("'The message: {{ message }}'", "PS108"),
        ("The key is AKIA" + "IOSFODNN7EXAMPLE.", "PS105"),
        ("Say jane.miller@gmail.com wrote.", "PS114"),
    ],
)
def test_what_a_snippet_says_is_found_on_the_line_of_its_tag(write: Write, text: str, code: str) -> None:
    assert (code, TAG_LINE) in findings(write(text))


def test_the_lines_behind_a_snippet_are_right(write: Write) -> None:
    assert findings(write("'One.\n\n  Two.\n\n  Three.'")) == {("PS101", AFTER_LINE)}


def test_a_wrong_include_is_a_finding_with_a_line(write: Write) -> None:
    assert findings(write("7")) == {("PS100", TAG_LINE)}


def test_a_snippet_that_changed_is_named(write: Write) -> None:
    write("Be kind.").lock_all()
    (linted,) = lint_all(write("Be rude."))
    (found,) = [finding.found for finding in linted.report.findings if finding.code == "PS106"]
    assert found == "order-extract@v3 is locked, and its prompt (with house-rules@v1) changed since"


def test_a_model_that_takes_images(make: Callable[..., Subject]) -> None:
    entry = {"provider": "p", "model": "m-2026-01-01", "reach": {"driver": "fake"}}
    models = {name: Model.model_validate({**entry, "images": name == "seeing"}) for name in ("seeing", "blind")}
    asked = {"model": "seeing", "variables": WITH_PHOTO, "messages": PHOTO}
    assert list(image_reference(make({"models": models}, **asked))) == []
    (finding,) = image_reference(make({"models": models}, **asked, fallbacks=["blind"]))
    assert finding.found == "the model 'blind' takes no images"
