"""The next version of a prompt as text: the file it starts from, with a new number and a change note to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from .artifact import Change, Guard, PromptVersion
from .errors import RegistryError, UsageError
from .files import parse
from .yaml_document import Document

UNFILLED = "FILL IN"
_NOTE = """\
change:
  author: {author}
  why: "{unfilled}: what goes wrong with {base}, where it was seen, and why this should help"
  expected: []        # what should move, and how far: - {{metric: score, direction: up, by: 0.05}}
  guards: {guards}
  reverse: pin {base}
"""
_HINT = "[]          # what must not get worse: - {metric: refusal, max_increase: 0.005}"


class Draft(NamedTuple):
    """`layout_kept`: comments and layout are those of the file it was written from."""

    text: str
    layout_kept: bool


def unfilled(change: Change) -> bool:
    """Is this still the note of a draft?"""
    return any(UNFILLED in text for text in (change.why, change.reverse or "", change.author))


def number_after(versions: Sequence[str]) -> str:
    """The next free version, v1 for none."""
    return f"v{max((int(name[1:]) for name in versions), default=0) + 1}"


def write_new(path: Path, text: str) -> None:
    """A version file that is not there yet. Raises UsageError when somebody else wrote it in between."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already", expected="a version number that is free", fix="Run the same command again"
        ) from None


def draft(source: str, base: PromptVersion, version: str, author: str) -> Draft:
    """`source` is the text of the file of `base`."""
    note = _note(base, author)
    wanted = base.model_copy(update={"version": version, "change": _change(note)})
    edited = _edited(source, version, note)
    if edited is not None and _reads_as(edited, wanted):
        return Draft(edited, True)
    return Draft(_rewritten(wanted, note), False)


def _note(base: PromptVersion, author: str) -> str:
    """The guards of the version before are taken over: what had to hold then mostly still has to."""
    lines = [f"\n    - {_flow(guard)}" for guard in base.change.guards]
    guards = "".join(lines) or _HINT
    note = _NOTE.format(author=json.dumps(author), unfilled=UNFILLED, base=base.version, guards=guards)
    return note.replace("guards: \n", "guards:\n")


def _flow(guard: Guard) -> str:
    value = guard.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).strip()


def _change(note: str) -> Change:
    return Change.model_validate(Document(note).data["change"])


def _edited(source: str, version: str, note: str) -> str | None:
    """The lines of `version` and `change` replaced; None for a file that is not written line by line."""
    document = Document(source)
    lines = source.splitlines(keepends=True)
    if not isinstance(document.data, dict) or document.place(("change",), of_key=True)[1] != 1:
        return None
    line, column = document.place(("version",))
    before, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    lines[line - 1] = before + re.sub(r"^(['\"]?)v[0-9]+", rf"\g<1>{version}", rest)
    start, end = _span(document, lines)
    return "".join([*lines[: start - 1], note, *lines[end:]])


def _span(document: Document, lines: list[str]) -> tuple[int, int]:
    """First and last line of the change note; comments in front of the next key belong to that key."""
    start = document.place(("change",), of_key=True)[0]
    keys = [document.place((key,), of_key=True)[0] for key in document.data]
    end = min((line for line in keys if line > start), default=len(lines) + 1) - 1
    while end > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return start, end


def _reads_as(text: str, wanted: PromptVersion) -> bool:
    try:
        return parse(text, PromptVersion, Path("draft.yaml")) == wanted
    except RegistryError:
        return False


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def _rewritten(wanted: PromptVersion, note: str) -> str:
    value = wanted.model_dump(mode="json", exclude={"change"}, exclude_unset=True)
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000) + note
