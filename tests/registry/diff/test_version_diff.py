from __future__ import annotations

from typing import Any

import pytest

from registry.diff.impact import Level
from registry.diff.tokens import Tokens
from registry.diff.version_diff import diff

from .conftest import BASE, Make


@pytest.mark.parametrize(
    ("over", "components", "said"),
    [
        ({}, [], []),
        ({"messages": [{"role": "user", "content": "Hello {{ name }}."}]}, ["prompt"], []),
        ({"variables": {"name": {"type": "string", "maxLength": 9}}}, ["prompt"], []),
        ({"model": "large"}, ["model"], [("model", "model")]),
        ({"decoding": {"temperature": 0.5, "max_output_tokens": 8}}, ["decoding"], [("decoding", "temperature")]),
        ({"fallbacks": ["large"]}, ["fallbacks"], [("fallbacks", "")]),
        ({"output": {"format": "json"}}, ["output"], [("output", "format")]),
        (
            {"tools": [{"name": "find", "parameters": {"type": "object"}}]},
            ["tools"],
            [("tools", "")],
        ),
        ({"retrieval": {"index": "faq", "top_k": 3}}, ["retrieval"], [("retrieval", "")]),
    ],
)
def test_by_component_first(side: Make, over: Any, components: list[str], said: list[tuple[str, str]]) -> None:
    found = diff(side(1), side(2, **over))
    assert list(found.components) == components
    assert [(name, change.path) for name, changes in found.settings.items() for change in changes] == said


def test_a_tool_is_compared_by_name(side: Make) -> None:
    tools = [{"name": name, "description": "d", "parameters": {"type": "object"}} for name in ("a", "b")]
    found = diff(side(1, tools=tools), side(2, tools=[tools[1] | {"description": "e"}, tools[0]]))
    assert [change.path for change in found.settings["tools"]] == ["b.description"]


def test_what_is_no_behavior_is_told_apart(side: Make) -> None:
    found = diff(side(1), side(2, owner="others", risk="high"))
    assert not found.components
    assert {change.path for change in found.about} == {"owner", "risk"}


@pytest.mark.parametrize(
    ("content", "variables", "expected"),
    [
        ("Greet  {{ name }}.\n\nBe brief and friendly.", None, True),
        ("Greet {{ name }}.\n\n\nBe brief and friendly.\n", None, True),
        ("Greet {{ name }}.\n\nBe brief, and friendly.", None, False),
        ("Greet {{ name }}.\n\nBe brief and friendly.", None, False),
        ("Greet  {{ name }}.\n\nBe brief and friendly.", {"name": {"type": "string", "untrusted": True}}, False),
    ],
)
def test_white_space_alone_is_called_that(side: Make, content: str, variables: Any, expected: bool) -> None:
    over = {"variables": variables or BASE["variables"], "messages": [{"role": "user", "content": content}]}
    assert diff(side(1), side(2, **over)).whitespace_only is expected


def test_who_changed_what_on_the_way(side: Make) -> None:
    ben = {"author": "ben", "why": "Cheaper."}
    two, three = side(2, model="large", change=ben), side(3, model="large", owner="others")
    found = diff(side(1), three, between=[two])
    assert [(step.version, step.author, step.components) for step in found.steps] == [
        ("v2", "ben", ("model",)),
        ("v3", "ana", ()),
    ]
    assert (found.authors, found.backwards) == (("ben", "ana"), False)


def test_backwards_names_what_is_taken_back(side: Make) -> None:
    found = diff(side(2, change={"author": "ben", "why": "x"}), side(1))
    assert found.backwards
    assert [step.version for step in found.steps] == ["v2"]


def test_both_sides_of_the_contract_count_for_callers(side: Make) -> None:
    given = {"variables": {**BASE["variables"], "lang": {"type": "string"}}}
    assert diff(side(1), side(2, **given)).level is Level.BREAKS
    assert diff(side(1), side(2, output={"format": "json"})).level is Level.BREAKS
    assert diff(side(1), side(2, model="large")).level is Level.SAFE


def test_a_count_is_better_than_an_estimate(side: Make) -> None:
    assert diff(side(1), side(2)).tokens.how == "estimate"
    assert diff(side(1), side(2), tokens=Tokens(10, 12, "counted")).tokens == (10, 12, "counted")


def test_an_image_that_changed_is_seen(side: Make) -> None:
    told = [
        side(
            number,
            messages=[{"role": "user", "content": "What is it?", "images": [{"url": f"https://x.org/{number}"}]}],
        )
        for number in (1, 2)
    ]
    (change,) = diff(told[0], told[1]).text_changes
    assert change.before is not None
    assert change.after is not None
    assert (change.before.text, change.after.text) == ("[image https://x.org/1]", "[image https://x.org/2]")
