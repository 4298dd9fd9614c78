"""Parts of a version file that differ from a clean one, to put together what breaks a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from registry.artifact import PromptVersion
from registry.behavior import COMPONENTS
from registry.lock import Locked, of
from registry.models import Model
from tests.tasks.lint.conftest import CLEAN, behavior

Over = dict[str, Any]

BACKTICKS = "```"


BOUNDED: dict[str, Over] = {
    "string": {"type": "string", "maxLength": 4000},
    "array": {"type": "array", "maxItems": 20},
    "integer": {"type": "integer"},
}


def user(content: str, **variable: Any) -> Over:
    return {
        "variables": {"message": {**BOUNDED[variable.get("type", "string")], "untrusted": True, **variable}},
        "messages": [{"role": "user", "content": content}],
    }


def schema(**over: Any) -> Over:
    return {"output": {"schema": {"type": "object", **over}}}


def change(**over: Any) -> Over:
    return {"change": over}


NOW = datetime(2026, 4, 1, tzinfo=UTC)
TEXT: Over = {"format": "text", "schema": None}
MESSAGE: list[Over] = [{"role": "user", "content": "<message>{{ message }}</message>"}]
ID_LANG: Over = {"id": {"type": "string"}, "lang": {"type": "string"}}
URGENCY: Over = {"id": {"type": "string"}, "urgency": {"enum": ["low", "high"]}}
MORE: Over = {"metric": "prompt_tokens", "direction": "up", "by": 900}


def system(content: str) -> Over:
    return {"messages": [{"role": "system", "content": content}, *MESSAGE]}


def tool(**properties: Any) -> Over:
    return {"tools": [{**TOOL, "parameters": {**TOOL["parameters"], "properties": properties}}]}


def told(required: list[str], properties: Over) -> Over:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"output": {"enforce": "request", "schema": schema}}


def model(**over: Any) -> Model:
    return Model.model_validate({"provider": "local", "model": "small", "reach": {"driver": "llama_cpp"}, **over})


PRICED = dict.fromkeys(
    ("smollm2-135m", "another-model"), model(price={"input_per_million": 1, "output_per_million": 5})
)

FIRST: Over = {"previous": None, "previous_behavior": None, "others": {}}
TOOL: Over = {"name": "search", "parameters": {"type": "object", "additionalProperties": False}}

ELSEWHERE = Locked(behavior="0" * 64, components=dict.fromkeys(COMPONENTS, "0" * 64), change="0" * 64)

OWN = behavior(PromptVersion.model_validate(CLEAN), {"text": ""})
LOCKED = of(PromptVersion.model_validate(CLEAN), OWN)
LANG: Over = user("<m>{{ message }} {{ lang }}</m>")
TWO_VARIABLES = "{}\nid: order-extract\nmessages: [{{role: user, content: '...'}}]\n"
MESSAGE_ONLY: Over = {"message": {**BOUNDED["string"], "untrusted": True}}
WITH_PHOTO: Over = {**MESSAGE_ONLY, "photo": {"type": "string", "maxLength": 400}}
PHOTO: list[Over] = [{**MESSAGE[0], "images": [{"variable": "photo"}]}]
