"""promptfoo's prompts: inline, chats, and references to files inside the config's folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..message import Message, Variable
from ..yaml_document import Document
from .chat import messages_of
from .draft import PromptDraft
from .image_parts import read_variables
from .notes import Notes, Place, Refusal
from .source import Folder, Source, is_reference, suffix_of
from .tree import Tree, lines, parse_json, read_tree

_FILES = frozenset((".txt", ".md", ".json", ".jsonl", ".yaml", ".yml", ".j2", ".prompty", ".csv", ".js", ".cjs", ".mjs",
                    ".ts", ".py", ".sh", ".rb", ".exe"))  # fmt: skip
_CHAT = re.compile(r"""^\[\s*(\{|\{%)[\s\S]*["']role["']""")


class Found(NamedTuple):
    """One prompt's text, or its messages as data; `place` is the first line of it."""

    place: Place
    name: str
    value: Any


def read_prompts(tree: Tree, folder: Folder, notes: Notes) -> list[PromptDraft]:
    """Every prompt of the config that is one here; the others are refused in the notes."""
    drafts: list[PromptDraft] = []
    for entry, place, key in _entries(tree):
        try:
            found = list(_found(entry, place, key, folder, notes))
        except Refusal as refusal:
            notes.refuse(refusal, "prompt")
            continue
        for one in found:
            try:
                drafts.append(draft_of(one, notes))
            except Refusal as refusal:
                notes.refuse(refusal, f"prompt {one.name!r}")
    return drafts


def _entries(tree: Tree) -> Iterator[tuple[Any, Place, str]]:
    """Each entry with the place of its text, and a name where the config is a mapping of files to names."""
    prompts = tree.data.get("prompts")
    if isinstance(prompts, dict):
        yield from ((name, tree.place("prompts", name), str(label or "")) for name, label in prompts.items())
        return
    many = isinstance(prompts, list)
    for index, entry in enumerate(prompts if many else [] if prompts is None else [prompts]):
        path: tuple[str | int, ...] = ("prompts", index) if many else ("prompts",)
        inner = next((key for key in ("raw", "id") if isinstance(entry, dict) and entry.get(key)), None)
        yield entry, tree.text_place(*path, inner) if inner else tree.text_place(*path), ""


def _found(entry: Any, place: Place, label: str, folder: Folder, notes: Notes) -> Iterator[Found]:
    if isinstance(entry, dict):
        for key in sorted(entry.keys() - {"id", "raw", "label", "display"}):
            code = key in ("function", "transform")
            notes.add("code" if code else "no counterpart", place, f"{key!r} of a prompt")
        label = str(entry.get("label") or entry.get("display") or "")
        entry = entry.get("raw") or entry.get("id")
    if not isinstance(entry, str) or not entry.strip():
        raise Refusal(place, "it is neither a text nor a reference to a file")
    if re.match(r"^(exec|python|golang|ruby):", entry):
        raise Refusal(place, f"{entry!r} is code: it was not run", "code")
    if not _is_file(entry):
        yield Found(place, label or _first_words(entry), entry)
        return
    for path in folder.matches(entry, place):
        source = folder.open(path, place)
        yield from _of_file(source, label or path.stem)


def _is_file(text: str) -> bool:
    one_word = "\n" not in text.strip() and "{{" not in text and " " not in text.strip()
    return is_reference(text) or (one_word and suffix_of(text) in _FILES)


def _of_file(source: Source, name: str) -> Iterator[Found]:
    suffix = source.path.suffix.lower()
    if suffix in (".yaml", ".yml", ".json"):
        yield Found(source.start, name, read_tree(source).data)
    elif suffix == ".jsonl":
        yield from (Found(tree.place(), f"{name}-{count}", tree.data) for count, tree in enumerate(lines(source), 1))
    elif suffix in (".txt", ".md", ".j2", ""):
        yield from _parts(source, name, split=suffix == ".txt")
    else:
        raise Refusal(source.start, f"a prompt in a file {suffix!r} has no counterpart")


def _parts(source: Source, name: str, split: bool) -> Iterator[Found]:
    """A .txt file holds several prompts with lines of --- between them; the white space around each does not count."""
    texts = re.split(r"(?m)^---[ \t]*$", source.text) if split else [source.text]
    line = 1
    for count, text in enumerate(texts, 1):
        lead = text[: len(text) - len(text.lstrip())]
        if text.strip():
            shown = f"{name}-{count}" if len(texts) > 1 else name
            yield Found(Place(source.name, line + lead.count("\n")), shown, text.strip())
        line += text.count("\n")


def draft_of(found: Found, notes: Notes) -> PromptDraft:
    """Raises Refusal, saying why it is no prompt here."""
    messages, places = _messages(found, notes)
    variables: dict[str, Variable] = {}
    for message, place in zip(messages, places, strict=True):
        variables |= read_variables(message, place, notes)
    return PromptDraft(found.place, found.name, messages, variables)


def _messages(found: Found, notes: Notes) -> tuple[tuple[Message, ...], list[Place]]:
    value = found.value
    if isinstance(value, str):
        value = _as_chat(value, found.place)
    if isinstance(value, str):
        return (Message(role="user", content=value),), [found.place]
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        for key in sorted(value.keys() - {"messages"}):
            notes.add("no counterpart", found.place, f"{key!r} beside the messages")
        value = value["messages"]
    messages = messages_of(value, found.place, notes)
    return messages, [found.place] * len(messages)


def _as_chat(text: str, place: Place) -> Any:
    """The chat that a text spells, in JSON or YAML, else the text. Raises Refusal for a chat that is put together."""
    if re.match(r"^\s*- role:", text):
        document = Document(text)
        if document.problems:
            first = document.problems[0]
            raise Refusal(place.down(first.line - 1), f"the chat is no YAML: {first.found}")
        return document.data
    if not _CHAT.match(text.strip()):
        return text
    try:
        return parse_json(text, place)
    except Refusal as refusal:
        why = f"{refusal.why}; a chat that only becomes JSON when its template is filled in has no counterpart"
        raise Refusal(refusal.place, why) from None


def _first_words(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\{\{.*?\}\}", "", text[:400]))[:4]
    return "-".join(words).lower() or "prompt"
