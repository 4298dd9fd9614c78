"""Snippets: passages that prompts share, in `registry/snippets/<id>/<version>.yaml`.

A message or another snippet takes one over with `{% include "refund-rules@v2" %}`. That is replaced by the text when a
version is loaded, before anything is hashed: a template is never asked for another file, and what locks a version also
locks the passages in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from .artifact import PROMPT_ID, VERSION
from .errors import InvalidFile
from .files import invalid, load, read_text
from .nearest import listed, nearest
from .problem import Problem
from .strict import Strict
from .template import check
from .template_filters import MAX_CHARACTERS
from .yaml_document import Document

MAX_DEPTH = 8
_WRITTEN = '{% include "refund-rules@v2" %}'
_TAG = re.compile(
    r"\{#.*?#\}"
    r"|\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}"
    r"|\{\{.*?\}\}"
    r"|(?P<include>\{%(?P<form>[-+]?\s*include\b.*?)%\})",
    re.DOTALL,
)
_FORM = re.compile(r"\s*include\s*([\"'])(?P<name>[^\"']*)\1\s*")


class Snippet(Strict):
    """One immutable passage: a template that is whole by itself. A line break at its end is not part of it."""

    id: str = Field(pattern=PROMPT_ID, examples=["refund-rules"])
    version: str = Field(pattern=VERSION, examples=["v2"])
    owner: str = Field(min_length=1)
    purpose: str | None = None
    text: str = Field(min_length=1)

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"


class Wrong(NamedTuple):
    """A tag that nothing can replace, and what is to be said of it."""

    tag: str
    found: str
    expected: str
    fix: str

    def problem(self, where: str, source: str, start: tuple[int, int]) -> Problem:
        """`start` is the line and column of the text in `source`; the tag is looked for from there on."""
        lines = source.splitlines(keepends=True)
        at = source.find(self.tag, sum(map(len, lines[: start[0] - 1])) + start[1] - 1)
        line, column = start if at < 0 else (source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at))
        return Problem(line, column, where, self.found, self.expected, self.fix)


class Inlined(NamedTuple):
    """`lines` has for each line of `text` the line of the template that it comes from; a snippet's lines are its tag's.

    `names` are all snippets in it, also those within snippets, which stand `depth` deep at most."""

    text: str
    lines: tuple[int, ...]
    names: tuple[str, ...] = ()
    depth: int = 0
    wrong: tuple[Wrong, ...] = ()


class _Piece(NamedTuple):
    text: str
    line: int
    own: bool


class Snippets:
    """All of one registry, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Inlined] = {}

    @cached_property
    def versions(self) -> dict[str, list[str]]:
        """By id, in numeric order."""
        found: dict[str, list[str]] = {}
        for path in self._folder.glob("*/v*.yaml"):
            if re.fullmatch(PROMPT_ID, path.parent.name) and re.fullmatch(VERSION, path.stem):
                found.setdefault(path.parent.name, []).append(path.stem)
        return {name: sorted(found[name], key=lambda version: int(version[1:])) for name in sorted(found)}

    def names(self) -> list[str]:
        """`refund-rules@v2` and so on, in the order of `versions`."""
        return [f"{id_}@{version}" for id_, versions in self.versions.items() for version in versions]

    def inlined(self, template: str, within: Sequence[str] = ()) -> Inlined:
        """The template with its includes replaced; as it was, when `wrong` tells of one that cannot be.

        `within` are the snippets that this one is a part of, outermost first."""
        tags = _includes(template)
        found = [self._found(tag, within) for tag in tags]
        wrong = [one for one in found if isinstance(one, Wrong)]
        texts = [one for one in found if isinstance(one, Inlined)]
        if sum(len(one.text) for one in texts) > MAX_CHARACTERS:
            wrong.append(_too_long(tags[-1]["include"]))
        if wrong:
            return Inlined(template, (), wrong=tuple(wrong))
        pieces = list(_pieces(template, tags, texts))
        names = dict.fromkeys(name for one in texts for name in one.names)
        depth = max((1 + one.depth for one in texts), default=0)
        return Inlined("".join(piece.text for piece in pieces), _lines(pieces), tuple(names), depth)

    def _found(self, tag: re.Match[str], within: Sequence[str]) -> Inlined | Wrong:
        form = _FORM.fullmatch(tag["form"])
        if form is None:
            fix = "write the snippet's name with its version in quotes, and nothing else"
            return Wrong(tag["include"], "this include names no snippet", _WRITTEN, fix)
        name = form["name"]
        wrong = self._unknown(tag["include"], name) or _endless(tag["include"], name, within)
        if wrong:
            return wrong
        try:
            text = self.text(name, within)
            return _too_deep(tag["include"]) if len(within) + 1 + text.depth > MAX_DEPTH else text
        except InvalidFile as error:
            first = error.problems[0]
            return Wrong(
                tag["include"], f"the snippet {name!r} cannot be used: {error.found}", first.expected, first.fix
            )

    def _unknown(self, tag: str, name: str) -> Wrong | None:
        id_, _, version = name.partition("@")
        known = self.names()
        if name in known:
            return None
        if id_ in self.versions and not re.fullmatch(VERSION, version):
            expected = f"a version, which an alias is not: {listed(self.versions[id_])}"
            return Wrong(tag, f"{name!r} names no version", expected, f"write {id_}@{self.versions[id_][-1]}")
        guess = nearest(name, known)
        fix = f"did you mean {guess!r}" if guess else f"write registry/snippets/{id_ or 'refund-rules'}/v1.yaml"
        return Wrong(tag, f"there is no snippet {name!r}", f"one of {listed(known)}", fix)

    def path(self, name: str) -> Path:
        """Where the file of a snippet that is there is."""
        id_, _, version = name.partition("@")
        return self._folder / id_ / f"{version}.yaml"

    def written(self, name: str) -> Snippet:
        """One that is there, as its author wrote it. Raises InvalidFile."""
        return load(self.path(name), Snippet)

    def text(self, name: str, within: Sequence[str] = ()) -> Inlined:
        """Of a snippet that is there, its own includes replaced. Raises InvalidFile."""
        if name not in self._read:
            path, snippet = self.path(name), self.written(name)
            inlined = self.inlined(snippet.text.removesuffix("\n"), (*within, name))
            problems = list(_problems(snippet, name, inlined, read_text(path)))
            if problems:
                raise invalid(path, problems)
            self._read[name] = inlined._replace(names=(name, *inlined.names))
        return self._read[name]


def _includes(template: str) -> list[re.Match[str]]:
    """Those that Jinja would see: none in comments, raw blocks and expressions."""
    return [tag for tag in _TAG.finditer(template) if tag["include"]] if "include" in template else []


def _pieces(template: str, tags: Sequence[re.Match[str]], texts: Sequence[Inlined]) -> Iterator[_Piece]:
    """What stands between the tags, and for each tag its text."""
    start = 0
    for tag, inlined in zip(tags, texts, strict=True):
        yield _Piece(template[start : tag.start()], _line(template, start), own=True)
        yield _Piece(inlined.text, _line(template, tag.start()), own=False)
        start = tag.end()
    yield _Piece(template[start:], _line(template, start), own=True)


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _lines(pieces: Sequence[_Piece]) -> tuple[int, ...]:
    lines = [1]
    for piece in pieces:
        lines += [piece.line + (number if piece.own else 0) for number in range(1, piece.text.count("\n") + 1)]
    return tuple(lines)


def _endless(tag: str, name: str, within: Sequence[str]) -> Wrong | None:
    if name in within:
        round_trip = " -> ".join([*within[list(within).index(name) :], name])
        return Wrong(
            tag, f"a snippet includes itself: {round_trip}", "includes that end", "remove one of these includes"
        )
    return _too_deep(tag) if len(within) >= MAX_DEPTH else None


def _too_deep(tag: str) -> Wrong:
    return Wrong(tag, f"snippets in snippets {MAX_DEPTH + 1} deep", f"{MAX_DEPTH} at most", "write the text out")


def _too_long(tag: str) -> Wrong:
    found = f"the text grows over {MAX_CHARACTERS} characters with it"
    return Wrong(tag, found, "a text that a model can read", "include less")


def _problems(snippet: Snippet, name: str, inlined: Inlined, source: str) -> Iterator[Problem]:
    document = Document(source)
    if snippet.name != name:
        fix = "move the file, or correct id and version"
        yield Problem(1, 1, "", f"it says it is {snippet.name}", f"{name}, as its path says", fix)
    start = document.place(("text",))
    yield from (wrong.problem("text", source, start) for wrong in inlined.wrong)
    for line, what in [] if inlined.wrong else check(inlined.text):
        found = f"line {inlined.lines[line - 1]} of the text: {what}"
        fix = "close in the snippet what opens in it, and keep to the sandbox"
        yield Problem(*start, "text", found, "a template that is whole by itself", fix)
