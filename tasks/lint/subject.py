"""All that the rules look at, as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from registry.artifact import PromptVersion, Risk
from registry.behavior import Behavior
from registry.errors import RenderError
from registry.lock import Locked
from registry.message import Message
from registry.metrics import Metrics, built_in
from registry.models import Model
from registry.policy import Policy
from registry.snippets import Inlined
from registry.template import undeclared
from registry.yaml_document import Document
from tasks.lint.passage import Passage, passages

if TYPE_CHECKING:
    from tasks.canary.history import History

_BLOCK = re.compile(r"[|>][-+0-9]*(?:\s+#.*)?$")
_UNREAD = ("id", "version", "use_case", "owner", "risk", "model", "fallbacks", "evals", "safety")
Path = tuple[str | int, ...]


class Text(NamedTuple):
    """One string of the file, with the keys that lead to it."""

    path: Path
    text: str


class Traffic(NamedTuple):
    """The rules of the environment that a canary would run by, and what live traffic was of late."""

    rules: Policy
    history: History


@dataclass(frozen=True)
class Subject:
    """One version and what is around it.

    `source` is the text of its file, empty when there is none. `previous` is the version it is compared with, None for
    the first. `others` maps the other versions of this prompt to their behavior's sha, None when it cannot be
    told. `locked` is this version's entry in registry.lock. `models` are the entries of models.yaml. Without `now` no
    rule speaks of dates, without `traffic` none speaks of canaries. `inlined` are the texts of messages that include
    snippets, by index: what stands in a snippet is found on the line of its tag.
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
    models: Mapping[str, Model] = field(default_factory=dict)
    now: datetime | None = None
    traffic: Traffic | None = None
    inlined: Mapping[int, Inlined] = field(default_factory=dict)

    @property
    def risk(self) -> Risk:
        return self.version.risk

    def line(self, *path: str | int) -> int | None:
        """Where the value at this path stands, None without a source."""
        return self._document.place(path)[0] if self.source else None

    def text_line(self, path: Path, line: int) -> int | None:
        """Where a line of the text at this path stands in the file; both count from 1."""
        start = self.line(*path)
        if start is None:
            return None
        block = _BLOCK.search(self.lines[start - 1].rstrip())
        return start + self._written_line(path, line) if block else start

    def _written_line(self, path: Path, line: int) -> int:
        """The line of the text as its author wrote it."""
        lines = next((text.lines for at, text in self.inlined.items() if path == ("messages", at, "content")), None)
        return lines[min(line, len(lines)) - 1] if lines else line

    def column(self, line: int | None, said: str) -> int | None:
        """Where `said` first stands in a line of the file; both count from 1. None when it is not there as it reads."""
        at = self.lines[line - 1].find(said) if line and line <= len(self.lines) else -1
        return at + 1 if at >= 0 else None

    def template_line(self, message: int, line: int) -> int | None:
        """Where the line of a message's template stands in the file; both count from 1."""
        return self.text_line(("messages", message, "content"), line)

    def passage_line(self, passage: Passage, offset: int) -> int | None:
        return self.template_line(passage.index, passage.line(offset))

    def messages(self) -> Iterator[tuple[int, Message]]:
        yield from enumerate(self.version.messages)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every string that people or models read, names and references left out."""
        fields = self.version.model_dump(mode="json", by_alias=True, exclude_none=True).items()
        return tuple(text for key, value in fields if key not in _UNREAD for text in _strings(value, (key,)))

    def variables_of(self, message: Message) -> frozenset[str] | None:
        """The variables that its template reads, None when it is no template (PS107 says so)."""
        return _read_by(message.content)

    @property
    def outside(self) -> frozenset[str]:
        """The variables that bring free text from outside.

        Numbers, yes/no and listed values are checked when rendering and can carry no instruction."""
        return frozenset(
            name
            for name, variable in self.version.variables.items()
            if variable.untrusted and variable.type in ("string", "array") and not variable.enum
        )

    @cached_property
    def passages(self) -> list[Passage]:
        return passages(list(self.version.messages), self.outside)

    @property
    def policy_text(self) -> str:
        """What the safety policy adds behind the system message."""
        safety = self.behavior.components.get("safety")
        return str(safety.get("text", "")) if isinstance(safety, Mapping) else ""

    @cached_property
    def lines(self) -> list[str]:
        """Of the file, split as YAML counts them."""
        return re.split(r"\r\n|[\n\r\x85\u2028\u2029]", self.source)

    @cached_property
    def _document(self) -> Document:
        return Document(self.source)


@lru_cache(maxsize=4096)
def _read_by(template: str) -> frozenset[str] | None:
    """Remembered: the versions of a prompt share most of their messages."""
    try:
        return frozenset(undeclared(template))
    except RenderError:
        return None


def _strings(value: Any, path: Path) -> Iterator[Text]:
    if isinstance(value, str) and not value.startswith("data:image/"):
        yield Text(path, value)
    children = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        if key != "author":
            yield from _strings(child, (*path, key))
