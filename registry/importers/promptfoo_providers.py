"""promptfoo's providers: what they are called, how they decode, and which of them are code."""

from __future__ import annotations

import re
from typing import Any

from ..artifact import Output
from .draft import ModelName
from .notes import Notes, Place, Refusal
from .source import CODE, Folder, suffix_of
from .tree import Tree, read_tree

_CODE = re.compile(r"^(exec|python|golang|ruby|javascript|package):")
_NETWORK = re.compile(r"^(https?|wss?|webhook|browser|mcp)(:|$)")
_SAMPLING = {
    "temperature": "temperature", "max_tokens": "max_output_tokens", "max_completion_tokens": "max_output_tokens",
    "max_output_tokens": "max_output_tokens", "top_p": "top_p", "stop": "stop", "seed": "seed",
}  # fmt: skip
_VENDORS = {"azureopenai": "azure", "azure_openai": "azure", "google": "gemini"}
_MODES = frozenset(("chat", "completion", "messages", "responses", "embedding", "embeddings", "assistant", "realtime"))


def read_providers(tree: Tree, folder: Folder, notes: Notes) -> tuple[tuple[ModelName, ...], dict[str, Any]]:
    """The models that are named, and how the first of them decodes."""
    models: list[ModelName] = []
    decoding: dict[str, Any] = {}
    for key in ("providers", "targets"):
        value = tree.data.get(key)
        entries = value if isinstance(value, list) else [] if value is None else [value]
        for index, entry in enumerate(entries):
            path = (key, index) if isinstance(value, list) else (key,)
            _add(entry, tree.place(*path), folder, notes, models, decoding)
    return tuple(models), decoding


def _add(
    entry: Any, place: Place, folder: Folder, notes: Notes, models: list[ModelName], decoding: dict[str, Any]
) -> None:
    try:
        name, config, rest = _spelled(entry, place, folder)
        for key in rest:
            notes.add("no counterpart", place, f"{key!r} of a provider")
        model = model_name(name, place)
    except Refusal as refusal:
        notes.add(refusal.kind if refusal.kind != "refused" else "no counterpart", refusal.place, refusal.why)
        return
    settings = decoding_of(config, place, notes)
    if not models:
        decoding.update(settings)
    models.append(model)


def _spelled(entry: Any, place: Place, folder: Folder) -> tuple[str, dict[str, Any], list[str]]:
    """Its id, its config and the names of its other keys. Raises Refusal."""
    if isinstance(entry, str) and entry.startswith("file://") and suffix_of(entry) not in CODE:
        entry = read_tree(folder.read(entry, place)).data
    if isinstance(entry, str):
        return entry, {}, []
    if not isinstance(entry, dict) or not entry:
        raise Refusal(place, "a provider that is neither a name nor a mapping")
    if "id" not in entry:
        name, inner = next(iter(entry.items()))
        entry = {"id": name, **(inner if isinstance(inner, dict) else {})}
    config = entry.get("config")
    others = sorted(entry.keys() - {"id", "label", "config"})
    return str(entry["id"]), config if isinstance(config, dict) else {}, others


def model_name(name: str, place: Place) -> ModelName:
    """`openai:chat:gpt-4o-mini` -> provider and model. Raises Refusal for code and for networks."""
    if _CODE.match(name) or suffix_of(name) in CODE:
        raise Refusal(place, f"the provider {name!r} is code: it was not run", "code")
    if _NETWORK.match(name) or name.startswith("file://"):
        raise Refusal(place, f"the provider {name!r} is an address: it was not asked", "network")
    if "{{" in name or "${" in name:
        raise Refusal(place, f"the provider {name!r} is put together from variables: not resolved", "environment")
    provider, _, model = name.partition(":")
    mode, given, rest = model.partition(":")
    model = rest if given and mode in _MODES else model
    return ModelName(_VENDORS.get(provider, provider) if model else None, model or provider, name, place)


def decoding_of(config: dict[str, Any], place: Place, notes: Notes) -> dict[str, Any]:
    """The sampling settings of a provider's config; everything else is named, never its value: it may be a key.
    The response format is no sampling: see `output_of`."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        if key == "response_format":
            continue
        if "{{" in str(value) or "${" in str(value):
            notes.add("environment", place, f"{key!r} is put together from variables: not resolved")
        elif key in _SAMPLING and value is not None:
            found[_SAMPLING[key]] = [value] if key == "stop" and isinstance(value, str) else value
        else:
            notes.add("no counterpart", place, f"{key!r} of a provider's config")
    return found


def output_of(response_format: Any, place: Place, notes: Notes) -> Output | None:
    """OpenAI's response_format as an output contract that is also sent to the model."""
    kind = response_format.get("type") if isinstance(response_format, dict) else None
    if kind == "json_object":
        return Output(format="json", enforce="request")
    if kind == "json_schema":
        schema = response_format.get("json_schema") or {}
        inner = schema.get("schema") if isinstance(schema, dict) else None
        if isinstance(inner, dict):
            return Output.model_validate({"format": "json", "enforce": "request", "schema": inner})
    if response_format is not None and kind != "text":
        notes.add("no counterpart", place, "'response_format' of this form")
    return None
