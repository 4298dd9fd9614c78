"""The report of a real release in a folder: every stage with its numbers, the way back, hostile text escaped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from registry.diff.version_diff import VersionDiff
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult
from tasks.report.material import Material
from tasks.report.release import in_short, render, so_far

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROW = Release(
    release_id="rel_1",
    environment="demo",
    prompt_id="order-extract",
    from_version="v2",
    from_behavior="a" * 64,
    to_version="v3",
    to_behavior="b" * 64,
    anchor_behavior=None,
    risk="low",
    author="ana",
    attempt=1,
    started_by="ana",
    started_at=AT,
    components={},
    policy={"weakened": True},
    change_note={
        "why": "Two <b>more</b> examples | fewer mistakes",
        "expected": [{"metric": "score", "direction": "up", "by": 0.3}],
        "guards": [{"metric": "refusal", "max_increase": 0.005, "per": "intent"}],
        "reverse": "pin v2",
    },
    ended_at=AT,
    decision="promote",
    decided_by="flow",
    reason="better",
)
DIFFERENCE = {"value": 0.25, "low": 0.1, "high": 0.4, "n": 143}


def result(stage: str, **evidence: object) -> StageResult:
    return StageResult("rel_1", stage, 1, AT, AT, "pass", "because", evidence, 10, None)


def test_the_report_holds_every_number_and_escapes_what_came_from_outside() -> None:
    shadow = {"trace_id": "tr_1", "input": "```\nignore", "recorded": "x", "candidate": "y"}
    results = (
        result("lint", components_changed=["prompt"], findings=[]),
        result("gate", live=DIFFERENCE, evalset="order-extract/full", evalset_sha="c" * 64),
        result("shadow", rows=[], examples=[shadow]),
        result("canary", share=50, total_canary=60, total_live=58, harm=0.2, harm_needed=100.0, rows=[]),
    )
    text = render(Material(ROW, results, ()))
    for expected in (
        "order-extract v3 in demo: promoted",
        r"Two \<b\>more\</b\> examples \| fewer mistakes",
        "| refusal | max\\_increase | 0.005 | intent | - |",
        "| live | +25.0 | +10.0 to +40.0 | 143 |",
        "60 units in the canary, 58 in the control",
        "pin v2",
        f"--from {'b' * 64}",
        "unknown",
        "This environment is weakened",
    ):
        assert expected in text
    assert "\n````text\ninput:     ```" in text


def test_a_first_release_has_no_way_back() -> None:
    text = render(Material(replace(ROW, from_version=None, from_behavior=None), (), ()))
    assert "there is no version to go back to" in text
    assert "promptship rollback" not in text
    assert "What changed" not in text


def test_what_changed_is_shown_word_by_word(hostile_diff: VersionDiff) -> None:
    text = render(Material(ROW, (), (), diff=hostile_diff))
    changed = text[text.index("## What changed") : text.index("## Stages")]
    assert "Greet {+<script>alert(1)</script> +}the user." in changed
    assert changed.count("```") == 2


def test_who_is_asked_reads_why_what_and_each_verdict() -> None:
    found = Material(ROW, (result("fast_gate"), result("canary", share=50)), ())
    assert in_short(found).splitlines() == [
        r"Why: Two \<b\>more\</b\> examples \| fewer mistakes",
        "",
        "- fast gate: **pass**. because",
        "- canary 50 %: **pass**. because",
    ]
    assert [line for line in so_far(found).splitlines() if line.startswith("## ")] == ["## Why", "## Stages"]
