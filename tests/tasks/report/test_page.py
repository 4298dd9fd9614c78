"""The page: everything in it, nothing of anybody's text obeyed, nothing missing shown as zero."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from registry.diff.version_diff import VersionDiff
from tasks.report.material import Material
from tasks.report.page import render

from .conftest import Page, answers, canary_step, estimate, result

Made = Callable[..., Material]
EVIL = "</style></pre></title><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\"'><b>\u202ebold"


def test_everything_is_on_the_page(material: Made) -> None:
    page = Page(render(material()))
    for expected in (
        "order-extract v3 was promoted in demo, in place of v2.",
        "Weakened environment.",
        "More examples",
        "Score of the candidate against live",
        "Score of the candidate against the anchor",
        "margin \u22128.0",
        "Length of the answer",
        "broke its contract",
        "semantic distance 0.25",
        "0.08 to 0.14",
        "Did the candidate call the tools that live had called?",
        "latency: recorded times are those of another load",
        "50 %, then 100 %.",
        "rolled back at 100",
        "Evidence of being within the limit",
        "Not watched: thumbs_down: nobody measures it.",
        "This release made 40 calls; they cost 1.00 USD.",
        "+50.0 %",
        "release promoted: v3",
        f"promptship rollback order-extract --environment demo --from {'b' * 64} --reason WHY",
    ):
        assert expected in page.text


def test_the_page_is_well_formed_and_needs_nothing(material: Made) -> None:
    page = Page(render(material()))
    assert (page.open, page.crossed) == ([], [])
    assert not {"script", "img", "link", "iframe", "form", "object", "base"} & {tag for tag, _ in page.tags}
    attributes = [(name, value or "") for _, given in page.tags for name, value in given.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("style", "src")]
    assert all(value.startswith("#") for name, value in attributes if name == "href")
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_the_policy_lets_only_this_style_in(material: Made) -> None:
    page = Page(render(material()))
    policy = next(one["content"] for one in page.named("meta") if one.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_page_can_be_read_by_ear(material: Made) -> None:
    html = render(material())
    page = Page(html)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.named("table")) == len(page.named("caption"))
    assert html.count('role="img" width') == html.count('focusable="false"><title>')
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))
    assert {one["href"] for one in page.named("a")} <= {f"#{one}" for one in ids}
    assert page.named("html")[0]["lang"] == "en"


def hostile(value: Any) -> Any:
    """Every text in a value replaced, but for the words that the code itself wrote."""
    if isinstance(value, str):
        return EVIL
    if isinstance(value, list | tuple):
        return [hostile(one) for one in value]
    return (
        {key: one if key in KEPT else hostile(one) for key, one in value.items()} if isinstance(value, dict) else value
    )


KEPT = {"arm", "verdict", "limit", "gate_test_id"}


def test_no_text_of_anybody_is_obeyed(material: Made) -> None:
    made = material()
    row = replace(
        made.row, prompt_id=EVIL, environment=EVIL, author=EVIL, started_by=EVIL, decided_by=EVIL, reason=EVIL,
        release_id=EVIL, from_version=EVIL, to_version=EVIL, change_note=hostile(made.row.change_note),
    )  # fmt: skip
    results = tuple(replace(one, reason=EVIL, evidence=hostile(dict(one.evidence))) for one in made.results)
    lint = result("lint", findings=[hostile({"code": "", "severity": "", "line": 3, "found": "", "fix": ""})])
    events = tuple(replace(one, actor=EVIL, payload={**one.payload, "reason": EVIL}) for one in made.events)
    asked = tuple(replace(one, intent=f"{EVIL}{one.intent}") for one in answers())
    html = render(Material(row, (lint, *results), events, made.looks, asked))
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(render(made)).tags}
    assert (page.open, page.crossed) == ([], [])
    assert "<script" not in html
    assert "\u202e" not in html
    assert r"\u202e" in page.text
    assert "{{ 7*7 }}" in page.text


def test_a_difference_is_marked_and_escaped(material: Made, hostile_diff: VersionDiff) -> None:
    page = Page(render(material(diff=hostile_diff)))
    assert page.named("ins")
    assert not page.named("script")
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize(
    ("row", "stages", "expected"),
    [
        (
            {"from_version": None, "from_behavior": None, "anchor_behavior": None},
            (result("gate", score={**estimate(0.44), "n": 143}, min_score=0.35),),
            ("was promoted in demo: its first version there.", "min_score 0.350", "nothing was live to compare with",
             "there is no version to go back to"),
        ),
        (
            {"decision": "reject"},
            (result("fast_gate", "reject", live=estimate(-0.2), margin=0.0),),
            ("was rejected for demo; v2 stayed live.", "No traffic was replayed.", "The candidate got no traffic.",
             "nothing to reverse"),
        ),
        ({"decision": "hold"}, (canary_step(rows=[], harm_needed=None),), ("is held, not promoted, in demo",)),
        ({"decision": "roll_back"}, (), ("No stage has ended yet.", "did not come to the gate", "No event")),
        (
            {"decision": None, "ended_at": None, "decided_by": None, "reason": None, "change_note": {}, "policy": {}},
            (replace(result("gate", "error"), cost_usd=None),),
            ("is not decided yet in demo.", "still open", "an unknown amount", "promptship release abort rel_1"),
        ),
    ],
    ids=["first", "rejected at the gate", "held", "nothing", "open"],
)  # fmt: skip
def test_what_is_missing_is_said(material: Made, row: dict[str, Any], stages: Any, expected: tuple[str, ...]) -> None:
    page = Page(render(material(row, results=stages, events=(), looks=(), answers=())))
    assert (page.open, page.crossed) == ([], [])
    for text in expected:
        assert text in page.text


def test_estimates_of_nothing_are_drawn_as_nothing(material: Made) -> None:
    unseen = {"value": None, "low": None, "high": None, "n": 0}
    row = {"metric": "refusal", "side": "up", "intent": "all", "margin": 0.15, "verdict": "missing", **unseen}
    gate = result("gate", live=unseen, margin=0.08, evalset="order-extract/full", evalset_sha="e" * 64)
    page = Page(render(material(results=(gate, result("shadow", rows=[row])))))
    assert (page.open, page.crossed) == ([], [])
    assert "the candidate has none" in page.text
    assert not page.named("circle")


def test_looks_without_what_they_saw_draw_only_the_shares(material: Made) -> None:
    bare = tuple(replace(one, seen=None) for one in material().looks)
    page = Page(render(material(looks=bare)))
    assert "Share of traffic on the new version" in page.text
    assert "No guard had a value at any look, or none was kept." in page.text


def test_the_same_release_gives_the_same_page(material: Made) -> None:
    assert render(material()) == render(material())


def test_text_stands_out_from_its_ground_in_light_and_dark(material: Made) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    style = Page(render(material())).style
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in style.split("@media", 2)[:2])
    for colors in (light, dark):
        for ink in ("ink", "quiet", "accent", "pass", "reject", "warn"):
            assert contrast(colors[ink], colors["paper"]) >= 4.5
        for tone in ("pass", "reject", "warn"):
            assert contrast(colors[tone], colors[f"{tone}-soft"]) >= 4.5
        assert contrast(colors["quiet"], colors["faint"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """The ratio of relative luminances, as WCAG 2.2 defines both."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
