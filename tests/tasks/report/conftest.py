"""A release with everything in it, and pages read as a browser reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from registry.artifact import PromptVersion
from registry.diff.lineage import Side
from registry.diff.version_diff import VersionDiff, diff
from registry.models import Model
from registry.policies import SafetyPolicy
from registry.resolution import resolve
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.event import Event
from tasks.ledger.look import WHOLE, Seen
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult
from tasks.report.material import Material

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
VOID = {"meta", "line", "circle", "rect", "path", "br"}


class Page(HTMLParser):
    """Tags with their attributes, the text outside `style`, and whether every tag was closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.text = ""
        self.style = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def result(stage: str, verdict: str = "pass", **evidence: Any) -> StageResult:
    return StageResult("rel_1", stage, 1, AT, AT + timedelta(minutes=2), verdict, "because", evidence, 10, 0.25)


def estimate(value: float, n: int = 40) -> dict[str, Any]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "n": n}


def answers() -> tuple[EvalResult, ...]:
    """Two intents of twelve cases in three arms; the anchor is better on refunds."""

    def one(number: int, arm: str, score: float) -> EvalResult:
        intent = "refund" if number % 2 else "delivery"
        case = f"c{number}"
        return EvalResult("run_1", "t" * 64, 1, arm, "b" * 64, case, case, intent, "scored", score, [], "text",
                          100 if arm == "live" else 150, 20, 0.001, 500.0, AT)  # fmt: skip

    def scores(number: int) -> dict[str, float]:
        return {"candidate": 0.5, "live": 0.25, "anchor": 1.0 if number % 2 else 0.5}

    return tuple(one(number, arm, score) for number in range(24) for arm, score in scores(number).items())


def canary_step(**changes: Any) -> StageResult:
    row = {
        "guard": "refusal max_increase", "metric": "refusal", "intent": None, "verdict": "pass", "reason": "proved",
        "limit": "refusal max_increase 0.02", "value": 0.001, "low": -0.01, "high": 0.012,
        "n_canary": 40, "n_live": 60, "proof": 25.0, "proof_needed": 20.0,
    }  # fmt: skip
    ratio = {"of": "assigned units", "e_value": 1.2, "alarm": False, "canary": 40, "live": 60}
    found: dict[str, Any] = {
        "share": 50, "rows": [row], "sample_ratio": [ratio], "total_canary": 40, "total_live": 60,
        "harm": 0.2, "harm_needed": 100.0, "watched": [{"guard": "refusal", "source": "declared", "instead_of": None}],
        "left_out": [{"metric": "thumbs_down", "reason": "nobody measures it"}],
    }  # fmt: skip
    return result("canary", **found | changes)


def looks() -> tuple[Seen, ...]:
    found = []
    for number in range(6):
        at, n = AT + timedelta(seconds=number), 5 * number
        said = {"guard": "refusal max_increase", "limit": "refusal max_increase 0.02", "value": 0.001 * number or None,
                "low": -0.05, "high": 0.05, "proof": 1.5**number}  # fmt: skip
        found.append(Seen(at, WHOLE, WHOLE, n, n, "wait", {"share_bps": 5000, "harm": 0.3, "suspicion": 0.5}))
        found.append(Seen(at, "refusal", "all", n, n, "insufficient", said))
    return tuple(found)


def an_event(kind: str, seconds: int, **payload: Any) -> Event:
    at = AT + timedelta(seconds=seconds)
    return Event(f"ev_{seconds}", at, f"promptship.{kind}", "flow", "demo", "order-extract", "rel_1", None, payload)


ROW = Release(
    release_id="rel_1",
    environment="demo",
    prompt_id="order-extract",
    from_version="v2",
    from_behavior="a" * 64,
    to_version="v3",
    to_behavior="b" * 64,
    anchor_behavior="c" * 64,
    risk="low",
    author="ana",
    attempt=1,
    started_by="ci",
    started_at=AT,
    components={},
    policy={"weakened": True, "budget_usd_per_release": 20.0},
    change_note={
        "why": "More examples",
        "expected": [{"metric": "score", "direction": "up", "by": 0.3}],
        "guards": [{"metric": "refusal", "max_increase": 0.02, "per": "intent"}],
        "reverse": "pin v2",
    },
    ended_at=AT + timedelta(minutes=9),
    decision="promote",
    decided_by="flow",
    reason="better",
)


@pytest.fixture
def material() -> Callable[..., Material]:
    """A promoted release with every stage; `row` changes what is known of the release itself."""

    def make(row: dict[str, Any] | None = None, **changes: Any) -> Material:
        guard = {"name": "refund", "kind": "intent", "units": 12, "p": 0.5, "found": "none", **estimate(0.2, 12)}
        shadow_row = {"metric": "schema_ok", "intent": "all", "side": "down", "margin": 0.1, "tested": True,
                      "verdict": "pass", **estimate(-0.01)}  # fmt: skip
        arm = {"n": 3, "mean": 9.0, "p10": 8.0, "p50": 9.0, "p90": 10.0, "counts": [1, 0, 2]}
        spread = {"metric": "output_tokens", "low": 8.0, "high": 10.0, "baseline": arm, "candidate": arm}
        example = {"trace_id": "tr_1", "intent": "refund", "worse": ["broke its contract"], "distance": 0.25,
                   "input": "message: hello", "recorded": "the old answer", "candidate": "the new answer"}  # fmt: skip
        given: dict[str, Any] = {
            "row": replace(ROW, **row or {}),
            "results": (
                result("lint", components_changed=["prompt"], findings=[]),
                result("gate", live=estimate(0.25), anchor=estimate(-0.2), margin=0.08, guards=[guard],
                       evalset="order-extract/full", evalset_sha="e" * 64, gate_test_id="t" * 64,
                       slices=[{"slice": "all", "arm": "candidate", "mean": 0.5, "n": 24}]),
                result("shadow", rows=[shadow_row], distributions=[spread], examples=[example], left_to_canary=[],
                       semantic=[{"intent": "all", "value": 0.11, "low": 0.08, "high": 0.14, "p50": 0.1, "p90": 0.3,
                                  "n": 3, "without": 0}],
                       tools=[{"tool": "book", "baseline": 3, "candidate": 2, "n": 3}],
                       expected_tools=[{"intent": "refund", "expected": 3, "same": 2, "other": 0, "none": 1,
                                        "unasked": 0, "n": 3}],
                       unjudged=["latency: recorded times are those of another load"]),
                canary_step(),
            ),
            "events": (
                an_event("release.opened", 0, version="v3"),
                an_event("canary.shifted", 1, share_bps=5000),
                an_event("release.promoted", 6, version="v3", reason="better"),
            ),
            "looks": looks(),
            "answers": answers(),
        }  # fmt: skip
        return Material(**given | changes)

    return make


@pytest.fixture
def hostile_diff() -> VersionDiff:
    """Between a version and one whose text is markup."""

    def side(number: int, text: str) -> Side:
        version = PromptVersion.model_validate(
            {
                "id": "greet",
                "version": f"v{number}",
                "use_case": "people.greet",
                "purpose": "Say hello.",
                "owner": "team",
                "risk": "low",
                "model": "tiny",
                "decoding": {"temperature": 0.0, "max_output_tokens": 8},
                "messages": [{"role": "user", "content": text}],
                "change": {"author": "ana", "why": "<script>alert(2)</script>"},
            }
        )
        model = Model.model_validate({"provider": "p", "model": "tiny-1", "reach": {"driver": "fake"}})
        return Side(version, resolve(version, {"tiny": model}, {"default": SafetyPolicy()}))

    return diff(side(1, "Greet the user."), side(2, "Greet <script>alert(1)</script> the user."))
