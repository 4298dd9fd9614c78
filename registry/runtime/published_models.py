"""How the models of what is served are reached: one file an environment, by `Model.key`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..errors import RoutingError
from ..models import Model
from ..strict import Strict


class _Models(Strict):
    format: Literal[1] = 1
    models: dict[str, Model]


def models_of(content: bytes, where: str) -> dict[str, Model]:
    """By `Model.key`. Raises RoutingError."""
    try:
        return _Models.model_validate_json(content).models
    except ValueError as error:
        raise RoutingError(
            f"The published models {where} cannot be read: {error}",
            expected="a file of format 1 as promptship writes it",
            fix="Publish a version again: its models go with it",
        ) from error


def merged_models(content: bytes | None, models: Mapping[str, Model], where: str) -> bytes | None:
    """The file with these added; None when it has them. Raises RoutingError."""
    known = {} if content is None else models_of(content, where)
    wanted = known | {model.key: model for model in models.values()}
    if wanted == known:
        return None
    return _Models(models={key: wanted[key] for key in sorted(wanted)}).model_dump_json(indent=1).encode()
