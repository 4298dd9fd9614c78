"""A draft as a valid version, and a version as the text of its file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..artifact import PROMPT_ID, PromptVersion, Risk
from ..errors import InvalidFile
from ..files import parse
from ..models import Model
from ..nearest import did_you_mean, listed
from .draft import ModelName, PromptDraft
from .notes import Notes, Place, Refusal
from .yaml_text import dump

UNASSIGNED = "unassigned"


class Settings(NamedTuple):
    """What the person who imports says; None: what the file says, else a default that is reported."""

    id: str
    version: str = "v1"
    use_case: str | None = None
    owner: str | None = None
    risk: Risk | None = None
    model: str | None = None
    author: str = UNASSIGNED
    why: str | None = None


def prompt_id(name: str) -> str:
    """A file's name for a prompt as an id: `Order extract (v2)` -> `order-extract-v2`."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    words = words if re.match(r"[a-z]", words) else f"prompt-{words}".strip("-")
    return words[:60].strip("-")


def version_of(draft: PromptDraft, told: Settings, models: Mapping[str, Model], notes: Notes) -> PromptVersion:
    """Raises Refusal, naming everything that keeps it from being valid."""
    model = told.model or model_entry(draft, models, notes)
    if model not in models:
        fix = did_you_mean(model, models, "Add it to models.yaml")
        raise Refusal(draft.place, f"models.yaml has no entry {model!r}, only {listed(models)}. {fix}")
    fields = {
        "id": told.id,
        "version": told.version,
        "use_case": told.use_case or told.id.replace("-", "_"),
        "purpose": draft.purpose or _assume(notes, draft, f"purpose: imported from {draft.place}"),
        "owner": told.owner or draft.owner or _assume(notes, draft, f"owner: {UNASSIGNED}"),
        "risk": told.risk or _assume(notes, draft, "risk: medium"),
        "model": model,
        "decoding": draft.decoding,
        "variables": {name: one.model_dump(by_alias=True, exclude_unset=True) for name, one in draft.variables.items()},
        "messages": [one.model_dump(exclude_none=True) for one in draft.messages],
        **({"output": draft.output.model_dump(by_alias=True, exclude_unset=True)} if draft.output else {}),
        **({"tools": [tool.model_dump() for tool in draft.tools]} if draft.tools else {}),
        "change": {"author": told.author, "why": told.why or f"Imported from {Path(draft.place.file).name}."},
    }
    try:
        return PromptVersion.model_validate(fields)
    except ValidationError as error:
        raise Refusal(draft.place, "; ".join(_sentence(problem) for problem in error.errors())) from None


def _assume(notes: Notes, draft: PromptDraft, what: str) -> str:
    notes.add("assumed", draft.place, f"{what} (the file does not say)")
    return what.partition(": ")[2]


def _sentence(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"


def model_entry(draft: PromptDraft, models: Mapping[str, Model], notes: Notes) -> str:
    """The entry of models.yaml that the first known of the draft's models is. Raises Refusal when none is known."""
    entries = [entry_of(name, models) for name in draft.models]
    known = [entry for entry in entries if entry]
    if not known:
        shown = ", ".join(repr(name.shown) for name in draft.models)
        found = f"models.yaml has no entry for {shown}" if draft.models else "it names no model"
        guess = did_you_mean(draft.models[0].model, models, "") if draft.models else ""
        raise Refusal(_place(draft), f"{found}. {guess or f'Known: {listed(models)}'}; say it with --model")
    for name, entry in zip(draft.models, entries, strict=True):
        if entry != known[0]:
            notes.add("no counterpart", name.place, f"the model {name.shown!r}: a version has one, here {known[0]!r}")
    return known[0]


def _place(draft: PromptDraft) -> Place:
    return draft.models[0].place if draft.models else draft.place


def entry_of(name: ModelName, models: Mapping[str, Model]) -> str | None:
    """By what the model is, or by the entry's own name; nearly the same name is another model."""
    for entry, model in models.items():
        if name.model in (model.model, entry) and name.provider in (None, model.provider):
            return entry
    return name.shown if name.shown in models else None


def check_id(wanted: str, place: Place) -> str:
    if not re.fullmatch(PROMPT_ID, wanted):
        raise Refusal(place, f"{wanted!r} is no id: small letters, digits and single hyphens, like order-extract")
    return wanted


def text_of(version: PromptVersion, schema: str = "../../schema/prompt.schema.json") -> str:
    """The file, which reads back as the same version. Raises Refusal when its text cannot be written in YAML."""
    text = dump(json.loads(version.model_dump_json(by_alias=True, exclude_unset=True)), schema)
    place = Place(version.name, 1)
    try:
        if parse(text, PromptVersion, Path(version.name)) == version:
            return text
    except InvalidFile as error:
        raise Refusal(place, f"it cannot be written as YAML: {error.found}") from None
    raise Refusal(place, "it holds text that YAML does not give back as it was")
