"""Microsoft's .prompty files: front matter in YAML, then a template with a line for each role."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..message import Image, Message, Variable
from .chat import message
from .draft import ImportedPrompts, ModelName, PromptDraft
from .image_parts import read_variables, reference
from .notes import Notes, Place, Refusal
from .prompty_model import Asked, asked_of
from .source import Source, read
from .tree import Tree, yaml_tree

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_ROLE = re.compile(
    r"(?im)^[ \t]*#?[ \t]*(system|user|assistant|developer|function|tool)\s*(\[[^\]\n]{0,200}\])?[ \t]*:[ \t]*$"
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\]\(([^()\n]{0,4000})\)")
_IMAGE_BEGINS = re.compile(r"!\[[^\]\n]{0,500}\]\(")
_READ = frozenset(("name", "description", "authors", "metadata", "model", "inputs", "inputSchema", "sample", "template",
                   "tools"))  # fmt: skip
_QUIET = frozenset(("version", "tags", "$schema", "kind"))
_TYPES = {"string": "string", "number": "number", "float": "number", "integer": "integer", "boolean": "boolean",
          "array": "array", "list": "array", "thread": "array"}  # fmt: skip


class Parts(NamedTuple):
    """The front matter, and the template with the line it starts on."""

    front: Tree
    body: str
    line: int


def read_prompty(path: Path) -> ImportedPrompts:
    """The one prompt of the file, or the reason why there is none."""
    notes = Notes()
    try:
        drafts = (_draft(_parts(read(path)), notes),)
    except Refusal as refusal:
        notes.refuse(refusal, "prompt")
        return ImportedPrompts((), notes.all)
    return ImportedPrompts(drafts, notes.all)


def _parts(source: Source) -> Parts:
    found = _FRONT.match(source.text)
    if found is None:
        if source.text.lstrip().startswith("---"):
            raise Refusal(source.start, "the front matter has no end: a line of --- is missing")
        return Parts(Tree(source, {}, None), source.text, 1)
    before = source.text[: found.start(1)].count("\n")
    front = yaml_tree(source._replace(text="\n" * before + found.group(1)))
    if not isinstance(front.data, dict | None):
        raise Refusal(source.start, "the front matter is no mapping")
    front.data = front.data or {}
    return Parts(front, source.text[found.end() :], source.text[: found.end()].count("\n") + 1)


def _draft(parts: Parts, notes: Notes) -> PromptDraft:
    front, start = parts.front.data, parts.front.source.start
    asked = asked_of(parts.front, notes)
    _check_template(parts, notes)
    messages, places = _messages(parts, notes)
    read_: dict[str, Variable] = {}
    for one, place in zip(messages, places, strict=True):
        read_ |= read_variables(one, place, notes)
    variables = _declared(parts.front, read_, notes)
    for key in front.keys() - _READ - _QUIET:
        notes.add("no counterpart", parts.front.place(key), repr(key))
    name = str(front.get("name") or parts.front.source.path.stem)
    return PromptDraft(
        start, name, messages, variables, _models(asked), asked.decoding, asked.output, asked.tools,
        purpose=_text(front.get("description")), owner=_owner(front),
    )  # fmt: skip


def _models(asked: Asked) -> tuple[ModelName, ...]:
    return () if asked.model is None else (asked.model,)


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _owner(front: dict[str, Any]) -> str | None:
    metadata = front.get("metadata")
    authors = front.get("authors") or (metadata.get("authors") if isinstance(metadata, dict) else None)
    return _text(authors[0]) if isinstance(authors, list) and authors else _text(authors)


def _check_template(parts: Parts, notes: Notes) -> None:
    told = parts.front.data.get("template", "jinja2")
    kind = told.get("format") or told.get("type") if isinstance(told, dict) else told
    kind = kind.get("kind") if isinstance(kind, dict) else kind
    place = parts.front.place("template")
    if kind in ("jinja2", "nunjucks", None):
        return
    if kind != "mustache":
        raise Refusal(place, f"the template format {kind!r} has no counterpart")
    tags = re.findall(r"\{\{\{?[^{}]{0,200}\}?\}?\}?", parts.body)
    strange = [tag for tag in tags if not re.fullmatch(r"\{\{\s*[A-Za-z_]\w*\s*\}\}", tag)]
    if strange or "{%" in parts.body or "{#" in parts.body:
        raise Refusal(place, f"mustache means something else by {strange[0] if strange else '{% and {#'}: rewrite it")
    notes.add("changed", place, "a mustache template of plain names reads the same in jinja-1")


def _messages(parts: Parts, notes: Notes) -> tuple[tuple[Message, ...], list[Place]]:
    """The sections between role lines; text before the first is a system message, as prompty has it."""
    messages, places = [], []
    marks = list(_ROLE.finditer(parts.body))
    sections: list[tuple[re.Match[str] | None, int, int]] = [(None, 0, marks[0].start() if marks else len(parts.body))]
    ends = [*(mark.start() for mark in marks[1:]), len(parts.body)]
    sections += [(mark, mark.end(), end) for mark, end in zip(marks, ends, strict=False)]
    for mark, start, end in sections:
        text = parts.body[start:end]
        lead = len(text) - len(text.lstrip())
        place = Place(parts.front.source.name, parts.line + parts.body.count("\n", 0, start + lead))
        if text.strip() or mark:
            messages.append(_section(mark, text.strip(), place, notes))
            places.append(place)
    if not messages:
        raise Refusal(Place(parts.front.source.name, parts.line), "there is no template below the front matter")
    return tuple(messages), places


def _section(mark: re.Match[str] | None, text: str, place: Place, notes: Notes) -> Message:
    if mark and mark.group(2):
        notes.add("no counterpart", place, f"the attributes {mark.group(2)} of a role")
    if re.search(r"(?m)^[ \t]*\{\{[^{}\n]{0,200}\}\}[ \t]*:[ \t]*$", text):
        raise Refusal(place, "a role that is itself a variable: a history of messages has no counterpart")
    rest, images = _apart(text, place, notes)
    return message(mark.group(1).lower() if mark else "system", rest, place, notes, images)


def _apart(text: str, place: Place, notes: Notes) -> tuple[str, tuple[Image, ...]]:
    """The text without its markdown images, which prompty sends as images, and these. Raises Refusal."""
    targets = [found.group(1).strip() for found in _IMAGE.finditer(text)]
    rest = _IMAGE.sub("", text)
    if _IMAGE_BEGINS.search(rest):
        raise Refusal(place, "it holds an image that does not end: prompty sends ![...](...) as an image")
    if not targets:
        return text, ()
    notes.add("changed", place, "the images stand behind the text")
    return rest.strip(), tuple(reference(_without_title(target), place) for target in targets)


def _without_title(target: str) -> str:
    """`<https://example.com/a.png> "A title"` -> its URL; a variable may have spaces."""
    return target if target.startswith("{{") else (target.split() or [""])[0].strip("<>")


def _declared(front: Tree, read_: dict[str, Variable], notes: Notes) -> dict[str, Variable]:
    """The variables that the template reads, with what the front matter says about each."""
    told = _inputs(front, notes)
    for name in told.keys() - read_.keys():
        notes.add("no counterpart", told[name][1], f"the input {name!r}, which the template does not read")
    for name in read_.keys() - told.keys():
        notes.add("assumed", front.place("inputs"), f"the variable {name!r} is text: no input declares it")
    return {name: _variable(told[name], read_[name], notes) if name in told else read_[name] for name in read_}


def _inputs(front: Tree, notes: Notes) -> dict[str, tuple[Any, Place]]:
    """Each input with its place, in all of the spellings: a mapping, a list with names, or `inputSchema`."""
    for path in (("inputs",), ("inputSchema", "properties"), ("sample",)):
        value: Any = front.data
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict):
            return {name: (one, front.place(*path, name)) for name, one in value.items()}
        if isinstance(value, list):
            named = [(index, one) for index, one in enumerate(value) if isinstance(one, dict) and "name" in one]
            return {str(one["name"]): (one, front.place(*path, index)) for index, one in named}
        if isinstance(value, str):
            notes.add("no counterpart", front.place(*path), f"{value!r} was not read: sample values are no part of it")
    return {}


def _variable(told: tuple[Any, Place], read_: Variable, notes: Notes) -> Variable:
    """Raises Refusal for an object, and for a list that is used as a text."""
    value, place = told
    fields: dict[str, Any] = {"type": read_.type, "untrusted": True}
    if not isinstance(value, dict):
        if value is not None:
            notes.add("no counterpart", place, "a sample value is no default: it was left out")
        return Variable.model_validate(fields)
    kind = value.get("type") or value.get("kind") or read_.type
    if kind not in _TYPES:
        raise Refusal(place, f"an input of type {kind!r} has no counterpart: make each of its texts a variable")
    fields["type"] = _TYPES[kind]
    if (fields["type"] == "array") != (read_.type == "array") and read_.type == "array":
        raise Refusal(place, f"the template loops over an input of type {kind!r}")
    if _text(value.get("description")):
        fields["description"] = value["description"]
    for key in value.keys() & {"default", "sample", "example"}:
        notes.add("no counterpart", place, f"{key!r} of an input is a sample value here and was left out")
    for key in value.keys() - {"type", "kind", "description", "default", "sample", "example", "name", "required"}:
        notes.add("no counterpart", place, f"{key!r} of an input")
    return _valid(fields, place)


def _valid(fields: dict[str, Any], place: Place) -> Variable:
    try:
        return Variable.model_validate(fields)
    except ValidationError as error:
        raise Refusal(place, f"the input is no variable here: {error.errors()[0]['msg']}") from None
