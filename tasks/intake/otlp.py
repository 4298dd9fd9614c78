"""OTLP in JSON: each line is an export request with many spans; ints come as strings, ids in hex.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.ledger.lines import Rejected

_ERROR = (2, "STATUS_CODE_ERROR")
_SCALARS = ("stringValue", "boolValue", "doubleValue", "bytesValue")


@dataclass(frozen=True, slots=True)
class Span:
    """A span with its resource's attributes beside its own. `parent` is None for a root.

    `error` is None unless its status says so.
    """

    trace_id: str
    span_id: str
    parent: str | None
    name: str
    start: datetime
    seconds: float
    attributes: Mapping[str, Any]
    error: str | None


def spans(number: int, line: bytes) -> Iterator[Span | Rejected]:
    """The spans of one line, and what of it cannot be read. Raises nothing."""
    try:
        request = json.loads(line)
        found = list(_entries(request))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        yield Rejected(number, f"no OTLP request: {type(error).__name__}: {error}"[:300], line)
        return
    for resource, entry in found:
        try:
            yield _span(resource, entry)
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError, OSError) as error:
            reason = f"no span: {type(error).__name__}: {error}"[:300]
            yield Rejected(number, reason, json.dumps(entry).encode())


def _entries(request: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """The spans with the attributes of their resource."""
    for group in request["resourceSpans"]:
        resource = _attributes((group.get("resource") or {}).get("attributes"))
        for scope in group.get("scopeSpans") or ():
            for entry in scope.get("spans") or ():
                yield resource, entry


def _span(resource: Mapping[str, Any], entry: Mapping[str, Any]) -> Span:
    start, end = int(entry["startTimeUnixNano"]), int(entry["endTimeUnixNano"])
    if end < start:
        raise ValueError("it ends before it starts")
    return Span(
        trace_id=_id(entry["traceId"], 32),
        span_id=_id(entry["spanId"], 16),
        parent=_id(entry["parentSpanId"], 16) if entry.get("parentSpanId") else None,
        name=str(entry.get("name") or ""),
        start=datetime.fromtimestamp(start / 1e9, UTC),
        seconds=(end - start) / 1e9,
        attributes={**resource, **_attributes(entry.get("attributes"))},
        error=_error(entry),
    )


def _id(value: Any, length: int) -> str:
    if not isinstance(value, str) or not re.fullmatch(f"[0-9a-fA-F]{{{length}}}", value):
        raise ValueError(f"an id has {length} hex digits")
    return value.lower()


def _error(entry: Mapping[str, Any]) -> str | None:
    status = entry.get("status") or {}
    if status.get("code") not in _ERROR:
        return None
    told = (_attributes(event.get("attributes")).get("exception.message") for event in entry.get("events") or ())
    return next((str(message) for message in told if message), None) or status.get("message") or "the call failed"


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair["key"]: _value(pair.get("value") or {}) for pair in pairs or ()}


def _value(value: Mapping[str, Any]) -> Any:
    if "intValue" in value:
        return int(value["intValue"])
    if "arrayValue" in value:
        return [_value(inner) for inner in value["arrayValue"].get("values") or ()]
    if "kvlistValue" in value:
        return _attributes(value["kvlistValue"].get("values"))
    return next((value[name] for name in _SCALARS if name in value), None)
