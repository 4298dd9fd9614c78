"""The stamp: which version a request was to get. It travels with the request to whoever makes the model call.

As LiteLLM metadata and tags, as span attributes and as W3C baggage: the same names everywhere, those of `semconv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from ..behavior import short
from . import semconv
from .routes import Arm

PROBLEM_SHOWN = 200


@dataclass(frozen=True)
class Stamp:
    """`intended` is the resolved behavior, `serving` the one that is really sent: another one when `problem` says why.

    `ts` is an instant as text, `unit` a keyed hash.
    """

    trace_id: str
    ts: str
    environment: str
    prompt_id: str
    version: str
    intended: str
    serving: str
    arm: str
    generation: int
    intent: str = "other"
    strategy: str = "single"
    release_id: str | None = None
    unit: str | None = None
    unit_key_id: str | None = None
    routes_age_s: float | None = None
    problem: str | None = None

    @property
    def attributes(self) -> dict[str, str | int | float]:
        """By the names of `semconv`, the behavior version as people see it among them; without what is None."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        if self.problem is not None:
            known["problem"] = self.problem[:PROBLEM_SHOWN]
        return {semconv.BEHAVIOR: short(self.intended)} | {semconv.STAMP[name]: known[name] for name in known}

    @property
    def baggage(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.attributes.items()}

    @property
    def tags(self) -> list[str]:
        """`name=value`, for tools that know tags only."""
        return [f"{name}={value}" for name, value in self.attributes.items()]

    @classmethod
    def read(cls, attributes: Mapping[str, Any]) -> Stamp | None:
        """From attributes or baggage; None when they hold no whole stamp."""
        found = {name: attributes[told] for name, told in semconv.STAMP.items() if attributes.get(told) is not None}
        try:
            return _checked(found)
        except (KeyError, TypeError, ValueError):
            return None

    @classmethod
    def of_tags(cls, tags: Iterable[Any]) -> Stamp | None:
        return cls.read(dict(tag.split("=", 1) for tag in tags if isinstance(tag, str) and "=" in tag))


def _checked(found: Mapping[str, Any]) -> Stamp:
    """Raises KeyError, TypeError or ValueError for what is no stamp: it comes from outside."""
    texts = {field.name: str(found[field.name]) for field in fields(Stamp) if field.name in found}
    numbers: dict[str, Any] = {"generation": int(found["generation"])}
    if "routes_age_s" in found:
        numbers["routes_age_s"] = float(found["routes_age_s"])
    if texts["arm"] not in get_args(Arm) or any(len(texts[name]) != 64 for name in ("intended", "serving")):
        raise ValueError("no stamp of ours")
    return Stamp(**{**texts, **numbers})
