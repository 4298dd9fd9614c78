from __future__ import annotations

from tasks.shadow.sample import Sample
from tasks.shadow.semantic import Distances
from tasks.shadow.unjudged import unjudged
from tests.tasks.canary.made import plan, watch
from tests.tasks.shadow.made import answered, pair

DONE = [
    pair(1, answered(refusal=0.0), answered(refusal=0.0)),
    pair(2, answered(None, left=True), answered(refusal=0.0)),
]
WATCHED = plan(watch("refusal"), watch("latency"), watch("thumbs_down"), watch("schema_ok", level=0.05))
SAMPLE = Sample((), 2, 2, missing_variables=("tone",), ended_early=1, unreplayed=3, stopped="the budget is used up")


def test_what_was_not_judged_is_named_with_its_reason() -> None:
    assert unjudged(WATCHED, SAMPLE, Distances({"tr_1": 0.0, "tr_2": None}), DONE) == [
        "latency: the baseline was not run again, and recorded times are those of another load",
        "thumbs_down: a replay without users and tools has no values of it",
        "schema_ok: a replay without users and tools has no values of it",
        "schema_ok within 0.15: a level of live traffic, watched by the canary",
        "semantic_distance: 1 of 2 traces have no text of both versions",
        "1 answers after a tool call that was not recorded: tools are not executed",
        "3 traces: the budget is used up",
        "traces without tone, which the candidate needs",
    ]


def test_without_the_encoder_nothing_is_said_of_single_traces() -> None:
    found = unjudged(plan(watch("refusal")), Sample((), 2, 2), Distances({}, "The encoder is not installed"), DONE)
    assert found == ["semantic_distance: The encoder is not installed"]
