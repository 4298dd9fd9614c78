"""What came of a request, whoever made the model call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..models import Price
from .answering import Answered
from .drivers import Reply

CANCELLED = "cancelled"


@dataclass(frozen=True)
class Retrieval:
    """What was looked up for a prompt. `documents` are ids or small records, None when nobody told.

    `fan_out` counts queries or documents, as the application does; by default the documents. `seconds` is None when
    nobody measured.
    """

    documents: Sequence[Any] | None = ()
    fan_out: int | None = None
    seconds: float | None = None

    def __add__(self, other: Retrieval) -> Retrieval:
        """What one of them does not know is unknown of both, but for the time."""
        lists, counts = (self.documents, other.documents), (self.counted, other.counted)
        documents = None if None in lists else [one for told in lists for one in told or ()]
        fan_out = None if None in counts else sum(count or 0 for count in counts)
        return Retrieval(documents, fan_out, _sum(self.seconds, other.seconds))

    @property
    def counted(self) -> int | None:
        """None for unknown documents that nobody counted."""
        if self.fan_out is not None or self.documents is None:
            return self.fan_out
        return len(self.documents)

    @property
    def column(self) -> dict[str, Any]:
        latency_ms = None if self.seconds is None else round(self.seconds * 1000, 3)
        documents = None if self.documents is None else list(self.documents)
        return {"documents": documents, "fan_out": self.counted, "latency_ms": latency_ms}


@dataclass(frozen=True)
class Outcome:
    """`reply` is None when nothing answered; `error` says why there is no usable answer.

    `whole` is False for an answer that was cut: it is held against no contract. `identity` is the model that answered,
    None for the version's own. `cost_usd` is what the application or its tools say; else it comes from `price`.
    `error_type` is one of few words. `tool_calls` are those of all turns with their results, None for the reply's.
    """

    reply: Reply | None
    error: str | None = None
    latency_s: float | None = None
    attempts: int = 1
    fallback: bool = False
    identity: Mapping[str, str | None] | None = None
    price: Price | None = None
    cost_usd: float | None = None
    whole: bool = True
    tool_calls: tuple[dict[str, Any], ...] | None = None
    retrieval: Retrieval | None = None
    error_type: str = "error"


def of_answered(answered: Answered, latency_s: float, retrieval: Retrieval | None) -> Outcome:
    """Of a call that this SDK made. `latency_s` is what the caller waited, retries included."""
    return Outcome(
        reply=answered.reply,
        error=None if answered.error is None else str(answered.error),
        error_type="error" if answered.error is None else answered.error.code,
        latency_s=latency_s,
        attempts=answered.attempts,
        fallback=answered.fallback,
        identity=answered.identity,
        price=answered.model.price if answered.model else None,
        whole=answered.whole,
        retrieval=retrieval,
    )


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
