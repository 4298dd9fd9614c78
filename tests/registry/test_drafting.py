"""The next version as text: what it keeps of the file, and the note that has to be filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.artifact import Change, PromptVersion
from registry.drafting import UNFILLED, draft, number_after, unfilled
from registry.files import parse

BASE = """\
# yaml-language-server: $schema=../../schema/prompt.schema.json
id: greet   # who greets
version: v3
use_case: people.greet
purpose: Say hello.
owner: team
risk: low
model: tiny
decoding: {temperature: 0.0, max_output_tokens: 8}   # short
messages:
  - role: user
    content: |
      version: v3 is text here
      change: this too
"""
NOTE = """\
change:
  author: ana
  # why we did it
  why: First version.
  guards:
    - {metric: refusal, max_increase: 0.005, per: intent, within: 24h}
  reverse: pin v2
"""
TAIL = "# about evals\nevals: {fast: a/fast, full: a/full}\n"


def read(text: str) -> PromptVersion:
    return parse(text, PromptVersion, Path("v.yaml"))


@pytest.mark.parametrize(
    "source",
    [
        BASE + NOTE,
        BASE + NOTE + TAIL,
        NOTE + "\n" + BASE,
        BASE + NOTE + "# the end\n",
        BASE.replace("version: v3\nuse", 'version: "v3"   # old\nuse') + NOTE,
        BASE + "change: {author: ana, why: First version., reverse: pin v2}\n" + TAIL,
        BASE + NOTE.rstrip("\n"),
    ],
)
def test_all_but_number_and_note_stays_line_by_line(source: str) -> None:
    made = draft(source, read(source), "v4", "ben")
    assert made.layout_kept
    again = read(made.text)
    assert (again.version, again.change.author, again.change.reverse) == ("v4", "ben", "pin v3")
    changed = {line for line in source.splitlines() if line not in made.text.splitlines()}
    note = source[source.rindex("\nchange:") :] if "\nchange:" in source else NOTE
    assert all(line in note or line.startswith("version:") for line in changed)
    assert again.model_copy(update={"version": "v3", "change": read(source).change}) == read(source)


@pytest.mark.parametrize(
    "source",
    [
        "{" + ", ".join(
            ["id: greet", "version: v3", "use_case: a", "purpose: b", "owner: c", "risk: low", "model: tiny",
             "decoding: {temperature: 0, max_output_tokens: 8}", 'messages: [{role: user, content: "a: \\n b"}]',
             "change: {author: ana, why: First.}"]
        ) + "}",
        "---\n" + BASE + NOTE,
        (BASE + NOTE + TAIL).replace("team", "&who team").replace("author: ana", "author: *who"),
        (NOTE + BASE).replace("author: ana", "author: &who ana").replace("owner: team", "owner: *who"),
    ],
)  # fmt: skip
def test_every_file_becomes_the_same_prompt(source: str) -> None:
    base = read(source)
    again = read(draft(source, base, "v4", "ben").text)
    assert again.model_copy(update={"version": "v3", "change": base.change}) == base


def test_guards_are_taken_over() -> None:
    source = BASE + NOTE
    made = read(draft(source, read(source), "v4", "ben").text)
    assert made.change.guards == read(source).change.guards


def test_an_author_is_no_yaml() -> None:
    source = BASE + NOTE
    assert read(draft(source, read(source), "v4", 'x: "y" # z').text).change.author == 'x: "y" # z'


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ({"author": "ana", "why": f"{UNFILLED}: what"}, True),
        ({"author": "ana", "why": "Seen.", "reverse": UNFILLED}, True),
        ({"author": "ana", "why": "Users fill in forms."}, False),
    ],
)
def test_a_note_is_filled_in_or_not(note: dict[str, str], expected: bool) -> None:
    assert unfilled(Change.model_validate(note)) is expected


@pytest.mark.parametrize(("known", "expected"), [([], "v1"), (["v1", "v9", "v10"], "v11")])
def test_numbers_go_on_after_the_highest(known: list[str], expected: str) -> None:
    assert number_after(known) == expected
