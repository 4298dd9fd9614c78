from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.artifact import PromptVersion
from registry.files import parse
from registry.importers.draft import ModelName, PromptDraft
from registry.importers.notes import Notes, Place, Refusal
from registry.importers.version_file import Settings, check_id, entry_of, prompt_id, text_of, version_of
from registry.message import Message
from registry.models import Model

AT = Place("a.prompty", 3)
MODELS = {
    "mini": Model.model_validate(
        {"provider": "openai", "model": "gpt-4o-mini-2024-07-18", "reach": {"driver": "fake"}}
    ),
    "haiku": Model.model_validate({"provider": "anthropic", "model": "claude-1", "reach": {"driver": "fake"}}),
}
DECODING = {"temperature": 0.0, "max_output_tokens": 8}


def draft(content: str = "Say it", **fields: Any) -> PromptDraft:
    known: dict[str, Any] = {"decoding": DECODING, "models": (named("openai", "gpt-4o-mini-2024-07-18"),)}
    return PromptDraft(AT, "a", (Message(role="user", content=content),), {}, **known | fields)


def named(provider: str | None, model: str) -> ModelName:
    return ModelName(provider, model, f"{provider}:{model}", AT)


def made(content: str) -> PromptVersion:
    return version_of(draft(content), Settings("a"), MODELS, Notes())


@given(st.text(min_size=1).filter(lambda text: "\x00" not in text))
def test_any_text_reads_back_as_it_was(content: str) -> None:
    version = made(content)
    assert parse(text_of(version), PromptVersion, Path("a.yaml")) == version


@pytest.mark.parametrize("content", [
    "no", "1e-3", "null", "~", "- a", "# a", "a: b", "  a\n b", "a \nb", "a\n\n", "\na", "{{ x }}", "%a", "a\tb\nc",
    "\ufeffa", "a\u2028b\nc", "a\rb\nc", "'\"", "---\na", "a\n---\nb", "2026-01-01", "&a *b !c", "\U0001f600\nx",
])  # fmt: skip
def test_what_yaml_might_read_as_something_else(content: str) -> None:
    version = made(content)
    assert parse(text_of(version), PromptVersion, Path("a.yaml")) == version


def test_long_texts_stand_in_blocks() -> None:
    assert "content: |-\n    a\n\n      b: c\n" in text_of(made("a\n\n  b: c"))


@pytest.mark.parametrize(("name", "entry"), [
    (named("openai", "gpt-4o-mini-2024-07-18"), "mini"), (named(None, "gpt-4o-mini-2024-07-18"), "mini"),
    (named("anthropic", "claude-1"), "haiku"), (named(None, "haiku"), "haiku"), (named("openai", "gpt-4o-mini"), None),
    (named("azure", "gpt-4o-mini-2024-07-18"), None), (named("openai", "claude-1"), None),
])  # fmt: skip
def test_a_model_is_the_entry_that_it_is_and_none_that_is_near(name: ModelName, entry: str | None) -> None:
    assert entry_of(name, MODELS) == entry


@pytest.mark.parametrize(("fields", "told", "why"), [
    ({"models": ()}, {}, "names no model"), ({"models": (named("openai", "gpt-9"),)}, {}, "--model"),
    ({}, {"model": "none"}, "no entry 'none'"),
    ({"decoding": {"temperature": 9, "max_output_tokens": 1}}, {}, "temperature"),
    ({"decoding": {}}, {}, "temperature"), ({}, {"use_case": "A B"}, "use_case"),
])  # fmt: skip
def test_a_draft_that_is_no_version_is_refused_saying_why(
    fields: dict[str, Any], told: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        version_of(draft(**fields), Settings("a", **told), MODELS, Notes())


def test_everything_that_nobody_said_is_in_the_notes() -> None:
    notes = Notes()
    version = version_of(draft(), Settings("order-sort"), MODELS, notes)
    assert (version.use_case, version.owner, version.risk, version.model) == (
        "order_sort",
        "unassigned",
        "medium",
        "mini",
    )
    assert [note.what.partition(":")[0] for note in notes.all] == ["owner", "purpose", "risk"]


def test_a_version_has_one_model() -> None:
    notes = Notes()
    models = (named("openai", "gpt-9"), named("anthropic", "claude-1"), named("openai", "gpt-4o-mini-2024-07-18"))
    told = Settings("a", owner="o", risk="low")
    assert version_of(draft(models=models, purpose="p"), told, MODELS, notes).model == "haiku"
    assert len(notes.all) == 2


@pytest.mark.parametrize(("name", "id_"), [
    ("Order extract (v2)", "order-extract-v2"), ("a_b", "a-b"), ("3 things", "prompt-3-things"),
    ("", "prompt"), ("ü", "prompt"),
])  # fmt: skip
def test_names_as_ids(name: str, id_: str) -> None:
    assert prompt_id(name) == id_
    assert check_id(id_, AT) == id_


@pytest.mark.parametrize("id_", ["../x", "A", "a--b", "-a", "a/b", ""])
def test_what_is_no_id(id_: str) -> None:
    with pytest.raises(Refusal):
        check_id(id_, AT)
