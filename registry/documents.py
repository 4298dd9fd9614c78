"""The files that programs write, as models: the artifact and the spool's lines. Their JSON Schemas are made from these.

The code that writes them at full speed does not go through the models; the tests hold the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from .artifact import Decoding, Output, Retrieval, Tool
from .behavior import Component
from .message import Message, Variable
from .strict import Strict
from .template import DIALECT

Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PromptComponent(Strict):
    dialect: Literal["jinja-1"] = Field(examples=[DIALECT])
    messages: tuple[Message, ...]
    variables: dict[str, Variable]


class ModelComponent(Strict):
    """What a model is; how it is reached stands in models.json."""

    provider: str
    model: str
    revision: str | None
    region: str | None


class SafetyComponent(Strict):
    text: str
    settings: dict[str, Any]


class Components(Strict):
    prompt: PromptComponent
    model: ModelComponent
    decoding: Decoding
    tools: tuple[Tool, ...]
    output: Output
    retrieval: Retrieval | None
    safety: SafetyComponent
    fallbacks: tuple[ModelComponent, ...]


class ArtifactDocument(Strict):
    """`artifacts/<behavior>.json`, in RFC 8785 form. `shas` are over the components, `behavior` is over `shas`."""

    format: Literal[1]
    behavior: Sha
    shas: dict[Component, Sha]
    components: Components


class Line(BaseModel):
    """One line of a spool segment. Fields that are not known are ignored by the reader."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal[1]


class TraceLine(Line):
    """One request; null is unknown or not there, never zero."""

    kind: Literal["trace"]
    trace_id: str
    ts: AwareDatetime
    environment: str
    prompt_id: str
    version: str
    intended: Sha
    served: Sha | None
    arm: Literal["live", "canary", "holdback", "shadow"]
    generation: int
    release_id: str | None = None
    unit: str | None = Field(default=None, description="HMAC-SHA256 of the raw unit, null for an anonymous request")
    unit_key_id: str | None = None
    intent: str = "other"
    variables: dict[str, Any] | None = None
    output: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    retrieval: dict[str, Any] | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    latency_ms: float | None = None
    first_token_ms: float | None = None
    attempts: int = 1
    fallback: bool = False
    schema_ok: bool | None = None
    refusal: bool | None = None
    refusal_detector: str | None = None
    finish_reason: str | None = None
    strategy: str | None = Field(default=None, description="How the answer was drawn: `single`, or `vote of 5`")
    error: str | None = None
    routes_age_s: float | None = None
    redacted: tuple[str, ...] = ()
    metrics: dict[str, float] = Field(default={})


class AssignmentLine(Line):
    """A unit's first request while a valid lease was held."""

    kind: Literal["assignment"]
    environment: str
    prompt_id: str
    release_id: str
    generation: int
    share_bps: int = Field(ge=1, le=10_000)
    unit: str
    unit_key_id: str
    arm: Literal["canary", "live"]
    first_seen_at: AwareDatetime


class FeedbackLine(Line):
    """What was said about an answer: 0 or 1 for yes/no metrics, else the number."""

    kind: Literal["feedback"]
    trace_id: str
    at: AwareDatetime
    name: str
    value: float
    source: str


SpoolLine = Annotated[TraceLine | AssignmentLine | FeedbackLine, Field(discriminator="kind")]
