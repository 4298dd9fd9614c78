"""All that the rules look at, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from registry.artifact import Message, PromptVersion, Risk
from registry.behavior import Behavior
from registry.errors import RenderError
from registry.lock import Locked
from registry.metrics import Metrics, built_in
from registry.template import undeclared
from registry.yaml_document import Document

_BLOCK = ("|", ">", "-", "+")


@dataclass(frozen=True)
class Subject:
    """One version and what is around it.

    `source` is the text of its file, empty when there is none. `previous` is the version it is compared with, None for
    the first. `others` maps the other versions of this prompt to their behavior's sha, None when it cannot be
    told. `locked` is this version's entry in registry.lock.
    """

    version: PromptVersion
    behavior: Behavior
    source: str = ""
    previous: PromptVersion | None = None
    previous_behavior: Behavior | None = None
    others: Mapping[str, str | None] = field(default_factory=dict)
    locked: Locked | None = None
    requires_lock: bool = False
    metrics: Metrics = field(default_factory=built_in)

    @property
    def risk(self) -> Risk:
        return self.version.risk

    def line(self, *path: str | int) -> int | None:
        """Where the value at this path stands, None without a source."""
        return self._document.place(path)[0] if self.source else None

    def template_line(self, message: int, line: int) -> int | None:
        """Where the line of a message's template stands in the file; both count from 1."""
        start = self.line("messages", message, "content")
        if start is None:
            return None
        block = self._lines[start - 1].rstrip().endswith(_BLOCK)
        return start + line if block else start

    def messages(self) -> Iterator[tuple[int, Message]]:
        yield from enumerate(self.version.messages)

    def variables_of(self, message: Message) -> set[str] | None:
        """The variables that its template reads, None when it is no template (PS107 says so)."""
        try:
            return undeclared(message.content)
        except RenderError:
            return None

    @cached_property
    def _document(self) -> Document:
        return Document(self.source)

    @cached_property
    def _lines(self) -> list[str]:
        return self.source.splitlines()
