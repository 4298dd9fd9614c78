from __future__ import annotations

from pathlib import Path

import pytest

from registry.artifact import PromptVersion
from registry.errors import InvalidFile
from registry.files import parse
from tasks.upgrade.drafting import moved

SOURCE = """# kept
id: p
version: v1
use_case: p.q
purpose: A test.
owner: tests
risk: low
model: old   # pinned
decoding: {temperature: 0.0, max_output_tokens: 8}
messages:
  - {role: user, content: "model: old"}
change:
  author: ana
  why: first
  expected: []
  guards:
    - {metric: refusal, max_increase: 0.005}
"""


def read(text: str) -> PromptVersion:
    return parse(text, PromptVersion, Path("p.yaml"))


def test_only_the_model_and_the_note_are_new() -> None:
    text = moved(SOURCE, read(SOURCE), "v2", "ben", ("old", "new", ", which retires on 2027-01-14"))
    found, before = read(text), read(SOURCE)
    assert (found.version, found.model, found.change.author) == ("v2", "new", "ben")
    assert "# kept" in text
    assert "model: new   # pinned" in text
    assert found.messages == before.messages
    assert found.change.why.startswith("old is replaced by new, which retires on 2027-01-14")
    assert [(line.metric, line.direction) for line in found.change.expected] == [("score", "flat")]
    assert found.change.guards == before.change.guards
    assert found.change.reverse == "pin v1"


def test_a_model_that_is_written_in_another_way_is_left_to_the_author() -> None:
    source = SOURCE.replace("model: old   # pinned", '"model": old')
    with pytest.raises(InvalidFile, match="prompt new p"):
        moved(source, read(source), "v2", "ben", ("old", "new", ""))
