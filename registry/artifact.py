"""The version file, as strict frozen models: what an author writes in `registry/prompts/<id>/<version>.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .duration import Duration
from .message import Message, Variable
from .problem import Misfit
from .strict import Strict

PROMPT_ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
VERSION = r"^v(0|[1-9][0-9]*)$"

Risk = Literal["low", "medium", "high"]
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(:[A-Za-z0-9_.-]+)?$")]


class Strategy(Strict):
    """How answers are drawn: one call, or the best or the majority of n."""

    kind: Literal["single", "best_of", "vote", "beam"] = "single"
    n: int = Field(default=1, ge=1, le=64)


class Decoding(Strict):
    temperature: float = Field(ge=0, le=2)
    max_output_tokens: int = Field(ge=1)
    seed: int | None = None
    top_p: float | None = Field(default=None, gt=0, le=1)
    stop: tuple[str, ...] = ()
    strategy: Strategy = Strategy()


class Tool(Strict):
    """A tool the model may call; `parameters` is a JSON Schema."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    description: str = ""
    parameters: dict[str, Any]


class Output(Strict):
    """The contract with the calling code. `request` also sends the schema to the model as response_format."""

    format: Literal["text", "json", "xml"] = "text"
    enforce: Literal["validate", "request"] = "validate"
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")


class Retrieval(Strict):
    index: str
    top_k: int = Field(ge=1)
    filters: dict[str, Any] = Field(default={})
    reranker: str | None = None


class Evals(Strict):
    """Eval sets as `<set>/<subset>`."""

    fast: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", examples=["order-extract/fast"])
    full: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", examples=["order-extract/full"])


class Expected(Strict):
    """What should move: `by` is absolute in the metric's unit; `flat` means it should not move."""

    metric: MetricName
    direction: Literal["up", "down", "flat"]
    by: float | None = Field(default=None, gt=0)
    unit: str | None = None
    intent: str | None = None

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if (self.direction == "flat") != (self.by is None):
            raise Misfit(
                f"direction {self.direction!r} with by {self.by!r}",
                expected="`by` with up and down, and only there",
                fix="add `by`, or remove it beside flat",
            )
        return self


class Guard(Strict):
    """A numeric limit; exactly one bound. `min` and `max` are levels, the others compare with the old version."""

    metric: MetricName
    max_increase: float | None = Field(default=None, ge=0)
    max_decrease: float | None = Field(default=None, ge=0)
    max_ratio: float | None = Field(default=None, gt=1)
    min_ratio: float | None = Field(default=None, gt=0, lt=1)
    max: float | None = None
    min: float | None = None
    per: Literal["all", "intent"] = "all"
    within: Duration | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        given = [name for name in BOUNDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise Misfit(
                f"the bounds {', '.join(given)}" if given else "no bound",
                expected=f"exactly one of {', '.join(BOUNDS)}",
                fix="write one guard for each bound",
            )
        return self

    @property
    def bound(self) -> str:
        return next(name for name in BOUNDS if getattr(self, name) is not None)

    @property
    def limit(self) -> float:
        return float(getattr(self, self.bound))


BOUNDS = ("max_increase", "max_decrease", "max_ratio", "min_ratio", "max", "min")


class Change(Strict):
    """The change note: why, what should move, what must not, and the way back."""

    author: str = Field(min_length=1)
    why: str = Field(min_length=1)
    expected: tuple[Expected, ...] = ()
    guards: tuple[Guard, ...] = ()
    reverse: str | None = None


def _not_empty(variables: Mapping[str, Variable]) -> Mapping[str, Variable]:
    for name in variables:
        if not name.isidentifier() or iskeyword(name):
            raise Misfit(
                f"the variable name {name!r}",
                expected="letters, digits and _ only, no digit in front, no word of Python",
                fix="rename it here and in the messages",
            )
    return variables


class PromptVersion(Strict):
    """One immutable prompt version, as its author wrote it."""

    id: str = Field(pattern=PROMPT_ID, examples=["order-extract"])
    version: str = Field(pattern=VERSION, examples=["v3"])
    use_case: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", examples=["orders.extract"])
    purpose: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    risk: Risk
    model: str = Field(min_length=1)
    fallbacks: tuple[str, ...] = ()
    decoding: Decoding
    variables: Annotated[dict[str, Variable], AfterValidator(_not_empty)] = Field(default={})
    messages: tuple[Message, ...] = Field(min_length=1)
    output: Output = Output()
    tools: tuple[Tool, ...] = ()
    retrieval: Retrieval | None = None
    safety: str = "default"
    evals: Evals | None = None
    change: Change

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"

    def render(self, **values: Any) -> list[dict[str, Any]]:
        """The chat messages for these variable values. Raises RenderError, naming every problem at once."""
        from .template import render

        return render(self.messages, self.variables, values, name=self.name)
