"""A prompt and a test case as another tool has them, before they are valid ones here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..artifact import Output, Tool
from ..message import Message, Variable
from .notes import Note, Place


class ModelName(NamedTuple):
    """A model as a file names it; `provider` is None when the file does not say. `shown` is its own spelling."""

    provider: str | None
    model: str
    shown: str
    place: Place


@dataclass(frozen=True)
class PromptDraft:
    """`decoding` holds the fields that the file gives, `texts` the place of each message's first line."""

    place: Place
    name: str
    messages: tuple[Message, ...]
    variables: dict[str, Variable]
    models: tuple[ModelName, ...] = ()
    decoding: dict[str, Any] = field(default_factory=dict)
    output: Output | None = None
    tools: tuple[Tool, ...] = ()
    purpose: str | None = None
    owner: str | None = None


class AssertDraft(NamedTuple):
    """One expectation: `fields` as the file has them, with the type apart."""

    place: Place
    type: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class CaseDraft:
    """`same` joins cases that were made from one; None is what the file does not say."""

    place: Place
    variables: dict[str, Any]
    asserts: tuple[AssertDraft, ...]
    expected: dict[str, Any] = field(default_factory=dict)
    id: str | None = None
    cluster: str | None = None
    intent: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    same: Place | None = None


@dataclass(frozen=True)
class ImportedPrompts:
    drafts: tuple[PromptDraft, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class ImportedCases:
    """`reads` are the variables of the prompts in the same file, None when it has none that can be read."""

    cases: tuple[CaseDraft, ...]
    notes: tuple[Note, ...]
    reads: frozenset[str] | None = None
    description: str | None = None
