"""A record without what was said. How it went stays: which tools were called, whether they failed, fan-out and times.

Without those a metric would be missing where it was measured, and a fan-out of 0 where there was one. The ledger does
the same to what is past its retention (`expire_payload.sql`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .tool_check import MADE_UP

WITHHELD = "withheld"


def without_payload(line: Mapping[str, Any]) -> dict[str, Any]:
    calls, retrieval = line["tool_calls"], line["retrieval"]
    bare = {"tool_calls": calls and bare_calls(calls), "retrieval": retrieval and bare_retrieval(retrieval)}
    return {**line, "variables": None, "output": None, **bare}


def bare_calls(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Names, and that a call failed; of one that no tool was offered for, that too."""
    return [{"name": call.get("name")} | _failed(call.get("error")) for call in calls]


def bare_retrieval(retrieval: Mapping[str, Any]) -> dict[str, Any]:
    return {"documents": None, "fan_out": retrieval.get("fan_out"), "latency_ms": retrieval.get("latency_ms")}


def _failed(error: Any) -> dict[str, str]:
    if error is None:
        return {}
    return {"error": f"{MADE_UP}{WITHHELD}" if str(error).startswith(MADE_UP) else WITHHELD}
