"""`models.lock`: what each model answered to when a person last said that it is the right one.

JSON beside models.yaml, written by `promptship model lock`; `promptship model check` asks the live endpoints again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from .complaints import brief
from .files import refused
from .models import Price
from .runtime import atomic
from .strict import Strict

FILE = "models.lock"


class LockedModel(Strict):
    """`requested` is `provider/model@revision#region`, `resolved` the name that its replies bear, None where they bear
    none; `prompt_tokens` are those of the canonical messages; `capabilities` are what it took when it was tried (low
    temperature, seed, log-probabilities); `reference` and `batches` are the blessed fingerprint."""

    requested: str
    resolved: str | None
    driver: str
    litellm: str | None
    parameters: tuple[str, ...]
    prompt_tokens: tuple[int | None, ...]
    finish_reasons: tuple[str, ...]
    capabilities: dict[str, bool] = Field(default_factory=dict)
    reference: str | None = None
    border_inputs: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    price: Price | None = None
    retires: date | None = None
    locked_at: datetime


ModelsLock: TypeAlias = dict[str, LockedModel]


def read(path: Path) -> ModelsLock:
    """The entries by their names in models.yaml; none when there is no file. Raises InvalidFile."""
    try:
        return TypeAdapter(ModelsLock).validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValidationError, OSError) as error:
        raise refused(
            path,
            f"this is no lock of models: {brief(error)}",
            expected="what `promptship model lock` writes",
            fix="take it back from git, or write it again",
        ) from None


def write(path: Path, entries: Mapping[str, LockedModel]) -> None:
    """Replaces the file atomically; sorted, one line a model."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(entry.model_dump(mode='json'), sort_keys=True)}"
        for name, entry in sorted(entries.items())
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"
    atomic.replace(path, text.encode(), sync=False)
