"""JSON Schemas of all files, generated from their models: for editors, and for readers in other languages.

`python -m registry.schemas` writes those of this folder. Schemas of models further up (the eval set's) are handed in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from .artifact import PromptVersion
from .documents import ArtifactDocument, SpoolLine
from .environments import Environment
from .metrics import Metric, MetricKey
from .models import Model
from .policies import SafetyPolicy
from .runtime.routes import RouteTable
from .snippets import Snippet

Schema = dict[str, Any]
FOLDER = Path(__file__).with_name("schema")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generated(more: Mapping[str, Any] | None = None) -> dict[str, Schema]:
    """Schemas by name; `more` adds types by name."""
    schemas = {name: _schema(name, kind) for name, kind in {**_TYPES, **(more or {})}.items()}
    return {name: _CHANGES.get(name, _same)(schema) for name, schema in schemas.items()}


def write(folder: Path = FOLDER, more: Mapping[str, Any] | None = None) -> list[Path]:
    """`<name>.schema.json` for each; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in generated(more).items():
        path = folder / f"{name}.schema.json"
        path.write_text(to_text(schema), encoding="utf-8")
        paths.append(path)
    return paths


def to_text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


_TYPES: dict[str, Any] = {
    "prompt": PromptVersion,
    "snippet": Snippet,
    "models": dict[str, Model],
    "environments": dict[str, Environment],
    "metrics": dict[MetricKey, Metric],
    "policy": SafetyPolicy,
    "routes": RouteTable,
    "spool": SpoolLine,
    "artifact": ArtifactDocument,
}


def _schema(name: str, kind: Any) -> Schema:
    schema = TypeAdapter(kind).json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, "title": f"promptship {name}", **{k: v for k, v in schema.items() if k != "title"}}


def _same(schema: Schema) -> Schema:
    return schema


def _inheriting(schema: Schema) -> Schema:
    """Only production has to say everything, down to the last key."""
    for definition in schema["$defs"].values():
        definition.pop("required", None)
    return schema


def _named_by_key(schema: Schema) -> Schema:
    """A metric's name is its key; its default guard does not repeat it."""
    for name, hidden in (("Metric", "name"), ("Guard", "metric")):
        definition = schema["$defs"][name]
        del definition["properties"][hidden]
        definition["required"] = [key for key in definition["required"] if key != hidden]
    return schema


_CHANGES: dict[str, Callable[[Schema], Schema]] = {"environments": _inheriting, "metrics": _named_by_key}


if __name__ == "__main__":
    write()
