"""`models.yaml`: the pinned models, and how each is reached.

What a model is (provider, id, revision, region) is part of the behavior version. How it is reached, what it
costs and when it retires are not.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from .problem import Misfit
from .strict import Strict


def _named(variable: str) -> str:
    """Refuses without repeating it: what stands here by mistake is a key."""
    if not re.fullmatch(_VARIABLE, variable):
        raise Misfit(
            "something that names no variable (it is not shown, it may be a key)",
            expected="the name of an environment variable like OPENAI_API_KEY",
            fix="put the key into that variable, and its name here; replace the key if it was committed",
        )
    return variable


_VARIABLE = r"[A-Z][A-Z0-9_]*"
KeyVariable = Annotated[
    str,
    AfterValidator(_named),
    WithJsonSchema({"type": "string", "pattern": f"^{_VARIABLE}$", "examples": ["OPENAI_API_KEY"]}),
]


class Reach(Strict):
    """How to call the model.

    `driver` is `llama_cpp`, `litellm`, `openai`, `litellm_embedding` or `sentence_encoder` (their answers are
    vectors; the encoder runs in process) or one that was registered. `endpoint` is a URL; for `llama_cpp` it is
    `package:<import name>/<file>`, the same without a file for a package that holds its model in parts, or the path of
    a GGUF file. `key_variable` is the name of the variable that holds the key, never the key. `servers`, `slots` and
    `context` (tokens a slot) are for models that run in process.
    """

    driver: str = Field(pattern=r"^[a-z][a-z0-9_]*$", examples=["llama_cpp", "litellm", "openai"])
    endpoint: str | None = None
    key_variable: KeyVariable | None = None
    servers: int = Field(default=1, ge=1)
    slots: int = Field(default=1, ge=1)
    context: int | None = Field(default=None, ge=1)


class Price(Strict):
    """USD per million tokens. `cached_input_per_million` is null where cached tokens cost what others cost."""

    input_per_million: float = Field(ge=0)
    cached_input_per_million: float | None = Field(default=None, ge=0)
    output_per_million: float = Field(ge=0)


class Limits(Strict):
    """Null: not known, not limited by us. `context` counts tokens of prompt and answer."""

    context: int | None = Field(default=None, ge=1)
    concurrency: int | None = Field(default=None, ge=1)
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)


def _pinned(model: str) -> str:
    if "latest" in model.lower():
        raise Misfit(
            f"the moving alias {model!r}",
            expected="a pinned model id, with its date or revision",
            fix="look up which dated id it stands for today",
        )
    return model


class Model(Strict):
    """One entry. `price` is null when it is not known: a cost is then unknown too, never zero.

    `images` says whether it takes images in messages."""

    provider: str = Field(min_length=1, examples=["anthropic"])
    model: Annotated[str, AfterValidator(_pinned)] = Field(min_length=1, examples=["claude-haiku-4-5-20251001"])
    revision: str | None = None
    region: str | None = None
    reach: Reach
    images: bool = False
    price: Price | None = None
    limits: Limits = Limits()
    released: date | None = None
    retires: date | None = None

    @property
    def identity(self) -> dict[str, str | None]:
        """What counts as behavior."""
        return {"provider": self.provider, "model": self.model, "revision": self.revision, "region": self.region}

    @property
    def key(self) -> str:
        """`provider/model@revision#region`, without the parts that are null."""
        revision = f"@{self.revision}" if self.revision else ""
        region = f"#{self.region}" if self.region else ""
        return f"{self.provider}/{self.model}{revision}{region}"


def load_models(path: Path) -> dict[str, Model]:
    """The entries by their short names. Raises InvalidFile."""
    from .files import load

    return load(path, dict[str, Model])
