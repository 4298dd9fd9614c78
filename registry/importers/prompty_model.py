"""The `model` of a .prompty file, in the spelling of its first and of its second format."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import ValidationError

from ..artifact import Output, Tool
from .draft import ModelName
from .notes import Notes, Place, Refusal
from .promptfoo_providers import output_of
from .tree import Tree

_SAMPLING = {
    "temperature": "temperature", "max_tokens": "max_output_tokens", "maxOutputTokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens", "top_p": "top_p", "topP": "top_p", "stop": "stop",
    "stopSequences": "stop", "seed": "seed",
}  # fmt: skip
_DEFAULTS = {"temperature": 1.0, "max_output_tokens": 1024}
_VENDORS = {"azure_openai": "azure", "azure": "azure", "openai": "openai", "anthropic": "anthropic"}
_MODEL_KEYS = frozenset(("api", "apiType", "id", "provider", "configuration", "connection", "parameters", "options"))


class Asked(NamedTuple):
    """What the file asks of a model; `model` is None when it names none that is known by name."""

    model: ModelName | None
    decoding: dict[str, Any]
    output: Output | None
    tools: tuple[Tool, ...]


def asked_of(front: Tree, notes: Notes) -> Asked:
    """Raises Refusal for what is no chat or completion."""
    told = front.data.get("model", {})
    place = front.place("model")
    if isinstance(told, str):
        return Asked(_named(told, None, place, notes), dict(_assumed({}, place, notes)), None, ())
    if not isinstance(told, dict):
        raise Refusal(place, "`model` is neither a name nor a mapping")
    api = told.get("api") or told.get("apiType") or "chat"
    if api not in ("chat", "completion", "responses"):
        raise Refusal(place, f"the api {api!r} has no counterpart, only chat")
    for key in told.keys() - _MODEL_KEYS:
        notes.add("no counterpart", front.place("model", key), f"{key!r} of the model")
    given = _settings(front, told, notes)
    decoding = {_SAMPLING[key]: _listed(key, value) for key, value in given.items() if key in _SAMPLING}
    decoding = _assumed(decoding, place, notes)
    tools = _tools(given.get("tools") or front.data.get("tools"), place, notes)
    return Asked(_model(front, told, notes), decoding, output_of(given.get("response_format"), place, notes), tools)


def _settings(front: Tree, told: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """Those under `parameters` or `options` that are plain values."""
    found: dict[str, Any] = {}
    for group in ("parameters", "options"):
        settings = told.get(group)
        for key, value in settings.items() if isinstance(settings, dict) else ():
            place = front.place("model", group, key)
            if isinstance(value, str) and "${" in value:
                notes.add("environment", place, f"{key!r} is put together from variables: not resolved")
            elif key in _SAMPLING or key in ("tools", "response_format"):
                found[key] = value
            else:
                notes.add("no counterpart", place, f"{key!r} of the model's {group}")
    return {key: value for key, value in found.items() if value is not None}


def _assumed(decoding: dict[str, Any], place: Place, notes: Notes) -> dict[str, Any]:
    for name, value in _DEFAULTS.items():
        if name not in decoding:
            notes.add("assumed", place, f"{name} {value}: the file does not say")
    return _DEFAULTS | decoding


def _listed(key: str, value: Any) -> Any:
    return [value] if _SAMPLING[key] == "stop" and isinstance(value, str) else value


def _model(front: Tree, told: dict[str, Any], notes: Notes) -> ModelName | None:
    """The model that is named; a deployment is a name of somebody's own, and stands for any model."""
    found: list[tuple[Any, Any, Place]] = [(told.get("id"), told.get("provider"), front.place("model"))]
    for group in ("configuration", "connection"):
        inside = told.get(group)
        settings: dict[str, Any] = inside if isinstance(inside, dict) else {}
        for key, value in settings.items():
            place = front.place("model", group, key)
            if key in ("name", "model", "model_name") and group == "configuration":
                found.append((value, settings.get("type"), place))
            elif isinstance(value, str) and "${" in value:
                notes.add("environment", place, f"{key!r} of the {group} is not resolved")
            elif key not in ("type", "kind"):
                notes.add("no counterpart", place, f"{key!r} of the {group}")
    named = [_named(name, provider, place, notes) for name, provider, place in found if isinstance(name, str)]
    return next((model for model in named if model is not None), None)


def _named(name: str, provider: Any, place: Place, notes: Notes) -> ModelName | None:
    if "${" in name:
        notes.add("environment", place, "the model is named by a variable, which was not resolved")
        return None
    return ModelName(_VENDORS.get(str(provider)), name, name, place)


def _tools(value: Any, place: Place, notes: Notes) -> tuple[Tool, ...]:
    """OpenAI's functions; tools of other kinds are named."""
    found = []
    for item in value if isinstance(value, list) else ():
        told: Any = item.get("function", item) if isinstance(item, dict) else {}
        told = told if isinstance(told, dict) else {}
        try:
            found.append(Tool.model_validate({
                "name": told.get("name"),
                "description": " ".join(str(told.get("description", "")).split()),
                "parameters": told.get("parameters"),
            }))  # fmt: skip
        except ValidationError:
            notes.add("no counterpart", place, f"the tool {told.get('name')!r}: its parameters are no JSON Schema")
    if isinstance(value, str):
        notes.add("no counterpart", place, f"the tools in {value!r} were not read")
    return tuple(found)
