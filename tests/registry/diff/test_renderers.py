"""The three renderers over one difference that has everything, and over hostile texts."""

from __future__ import annotations

import json
import re

import pytest

from registry.diff import as_json, as_markdown, as_terminal
from registry.diff.version_diff import VersionDiff, diff

from .conftest import Make

LONG = "This sentence stays as it is and says nothing new at all. " * 8
BEFORE = {
    "messages": [
        {"role": "system", "content": f"Be brief.\n\nNever promise a refund.\n\n{LONG}Use one word."},
        {"role": "user", "content": "Greet {{ name }}."},
    ],
}
AFTER = {
    "model": "large",
    "owner": "others",
    "messages": [
        {"role": "system", "content": f"Be brief.\n\n{LONG}Use two words.\n\nAdd a smile."},
        {"role": "user", "content": "Greet  {{ name }}.\n\nNever promise a refund."},
        {"role": "assistant", "content": "Hello!"},
    ],
    "variables": {"name": {"type": "string", "maxLength": 9}, "lang": {"type": "string"}},
    "change": {"author": "ben", "why": "Too long\nanswers."},
}
EXPECTED = [
    "greet@v1 -> greet@v2",
    "prompt, model",
    "tokens (estimate): ",
    "breaks callers",
    "lang: a new variable without a default",
    "message 1 (system): changed",
    "message 1 (system): added",
    "moved from message 1 (system) to message 2 (user)",
    "message 2 (user): white space only",
    "message 3 (assistant): message added",
    "added: lang",
    "name.maxLength: not set -> 9",
    "model: tiny-1 -> large-1",
    "owner: team -> others",
    "v2 ben (prompt, model): Too long answers.",
]


@pytest.fixture
def found(side: Make) -> VersionDiff:
    return diff(side(1, **BEFORE), side(2, **AFTER))


def entities_read(text: str) -> str:
    return re.sub(r"&#(\d+);", lambda one: chr(int(one.group(1))), text)


def test_terminal_says_all_of_it(found: VersionDiff) -> None:
    text = as_terminal.render(found)
    assert [line for line in EXPECTED if line not in text] == []
    assert "[-one word-]{+two words+}" in text
    assert "…" in text
    assert LONG not in text


def test_terminal_colors_are_closed_on_every_line(found: VersionDiff) -> None:
    text = as_terminal.render(found, color=True)
    assert "\x1b[31m" in text
    for line in text.splitlines():
        assert len(re.findall(r"\x1b\[[1-9;]+m", line)) == line.count("\x1b[0m")


def test_markdown_says_all_of_it(found: VersionDiff) -> None:
    text = entities_read(as_markdown.render(found))
    assert [line for line in EXPECTED if line not in text] == []
    assert "<del>one word</del><ins>two words</ins>" in text


def test_json_is_json_and_complete(found: VersionDiff) -> None:
    document = json.loads(json.dumps(as_json.document(found)))
    assert document["components"] == ["prompt", "model"]
    assert document["callers"]["level"] == "breaks"
    assert document["variables"]["added"] == ["lang"]
    assert document["steps"][0]["author"] == "ben"
    assert {change["kind"] for change in document["text"]} == {"same", "changed", "moved", "whitespace", "added"}


def test_the_same_behavior_is_called_that(side: Make) -> None:
    assert "the same behavior" in as_terminal.render(diff(side(1), side(2)))


HOSTILE = (
    "@everyone #1 https://evil.example ![x](https://evil.example/p.png) </pre><script>x</script> "
    "`a` **b** | \x1b[2J \u202e"
)


@pytest.fixture
def hostile(side: Make) -> VersionDiff:
    change = {"author": HOSTILE, "why": HOSTILE}
    return diff(side(1), side(2, owner=HOSTILE, change=change, messages=[{"role": "user", "content": HOSTILE}]))


def test_no_text_is_markup_in_markdown(hostile: VersionDiff) -> None:
    text = as_markdown.render(hostile)
    assert "<script" not in text
    assert text.count("<pre>") == text.count("</pre>")
    outside = re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert not re.search(r"[@`*|\[\]!]|https?://|(?<!&)#\d", outside)
    assert all(line.startswith(("#", "- ", "<code>")) or not line for line in outside.splitlines())


@pytest.mark.parametrize("render", [as_markdown.render, as_terminal.render])
def test_nothing_steers_the_reader(hostile: VersionDiff, render: object) -> None:
    text = render(hostile)  # type: ignore[operator]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J" in entities_read(text)
