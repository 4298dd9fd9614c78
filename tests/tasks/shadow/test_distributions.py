from __future__ import annotations

from datetime import UTC, datetime

from tasks.ledger.trace import Trace
from tasks.shadow.answered import Answered
from tasks.shadow.distributions import BINS, distributions
from tasks.shadow.replaying import Replayed

AT = datetime(2026, 11, 21, tzinfo=UTC)


def replayed(number: int, text: str | None = "text", **values: float | None) -> Replayed:
    trace = Trace(f"tr_{number}", AT, "demo", "p", "v1", "b", "b", "live", 1, intent="refund")
    old = Answered("text", {"output_tokens": float(number), "latency": None, "schema_ok": 1.0})
    return Replayed(trace, Answered(text, {"output_tokens": number + 5.0, "latency": 0.1, **values}), old)


def test_both_versions_are_counted_on_one_axis() -> None:
    rows = {row["metric"]: row for row in distributions([replayed(number) for number in range(100)])}
    assert set(rows) == {"characters", "output_tokens"}
    tokens = rows["output_tokens"]
    assert (tokens["low"], tokens["candidate"]["p50"] - tokens["baseline"]["p50"]) == (0.0, 5.0)
    for arm in ("baseline", "candidate"):
        assert (sum(tokens[arm]["counts"]), len(tokens[arm]["counts"])) == (100, BINS)


def test_one_outlier_does_not_stretch_the_axis() -> None:
    (tokens,) = (
        row for row in distributions([*map(replayed, range(200)), replayed(9_000)]) if row["metric"] == "output_tokens"
    )
    assert tokens["high"] < 300
    assert tokens["baseline"]["counts"][-1] >= 1


def test_without_answers_there_is_nothing_to_draw() -> None:
    assert distributions([]) == []
