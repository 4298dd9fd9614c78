from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tasks.ledger import release, trace
from tasks.ledger.trace import Trace
from tests.world import PROMPT

from .conftest import Place, a_release

Promptship = Callable[..., Any]
Column = Callable[[bool, int], Any]
HERE = ("explain", PROMPT, "--environment", "demo")


def _requests(place: Place, **columns: Column) -> None:
    """Forty units of v1, a day and a half ago, and forty of v2, an hour ago; a column is a function of (later, n)."""
    shas = {version: place.pinned(version).behavior for version in ("v1", "v2")}
    rows = [
        Trace(
            trace_id=f"tr_{version}_{n}", ts=datetime.now(UTC) - ago, environment="demo", prompt_id=PROMPT,
            version=version, intended=shas[version], served=shas[version], arm="live", generation=1,
            unit=f"u{n}", unit_key_id="k", intent="sort",
            **{name: column(version == "v2", n) for name, column in columns.items()},
        )
        for version, ago in (("v1", timedelta(hours=36)), ("v2", timedelta(hours=1)))
        for n in range(40)
    ]  # fmt: skip
    place.store.tx(lambda tx: trace.insert_many(tx, rows, datetime.now(UTC)))


def _tokens(later: bool, n: int) -> int:
    return 100 + n % 7 + (60 if later else 0)


def _cost(later: bool, n: int) -> float:
    return (_tokens(later, n) + 5 * (20 + n % 3)) * 1e-6


LONGER: Mapping[str, Column] = {
    "prompt_tokens": _tokens,
    "output_tokens": lambda _, n: 20 + n % 3,
    "cost_usd": _cost,
}


def test_a_cost_that_rose_with_the_prompt_is_the_prompts(place: Place, promptship: Promptship) -> None:
    _requests(place, **LONGER)
    said = promptship(*HERE, "--metric", "cost", "--json")
    found = said.document
    assert {part["factors"][0]: part["value"] for part in found["parts"] if part["value"]} == {"prompt_tokens": 6e-05}
    assert (found["change"], found["requests"], found["components_changed"]) == (6e-05, [40, 40], ["prompt"])
    exact = json.loads(said.out, parse_float=Decimal)
    assert sum(part["value"] for part in exact["parts"]) == exact["change"] == exact["after"] - exact["before"]


def test_versions_are_compared_whenever_they_served(place: Place, promptship: Promptship) -> None:
    _requests(place, **LONGER)
    pair = ("--from", "v2", "--to", "v1", "--since", "7d")
    assert promptship(*HERE, "--metric", "cost", *pair, "--json").document["change"] == -6e-05


@pytest.mark.parametrize(
    ("question", "columns", "word", "code"),
    [
        ("longer-prompt", LONGER, "yes", 0),
        (
            "fan-out",
            {
                "retrieval": lambda later, n: {"fan_out": n % 3 + (2 if later else 0)},
                "latency_ms": lambda later, n: 500.0 + 100 * (n % 3 + (2 if later else 0)) + n % 5,
            },
            "yes",
            0,
        ),
        ("model", {"metrics": lambda later, n: {"quality": 0.9 - 0.3 * later - n % 5 / 50}}, "no", 0),
        ("tool-schema", {"tool_calls": lambda later, n: [{"name": "a", "error": None}]}, "did not move", 0),
    ],
)
def test_the_four_questions(
    place: Place, promptship: Promptship, question: str, columns: Mapping[str, Column], word: str, code: int
) -> None:
    _requests(place, **columns)
    said = promptship(*HERE, "--question", question, "--json")
    assert (said.document["answer"]["word"], said.code) == (word, code)
    assert f"? {word}: " in promptship(*HERE, "--question", question).out


QUALITY: Mapping[str, Column] = {"metrics": lambda later, n: {"quality": 0.9 - 0.3 * later - n % 5 / 50}}
TOOL_ERRORS: Mapping[str, Column] = {
    "tool_calls": lambda later, n: [{"name": "a", "error": "no such field" if n % 10 < 1 + 6 * later else None}]
}
FAN_OUT: Mapping[str, Column] = {
    "retrieval": lambda later, n: {"fan_out": 2 + 2 * later},
    "latency_ms": lambda later, n: 500.0 + 300 * later + n % 5,
}


@pytest.mark.parametrize(
    ("question", "columns", "changed", "word"),
    [
        ("model", QUALITY, ("model",), "yes"),
        ("model", QUALITY, ("prompt",), "no"),
        ("model", QUALITY, ("model", "tools"), "cannot tell"),
        ("tool-schema", TOOL_ERRORS, ("tools",), "yes"),
        ("tool-schema", TOOL_ERRORS, ("model",), "no"),
        ("tool-schema", TOOL_ERRORS, ("tools", "prompt"), "cannot tell"),
        ("fan-out", FAN_OUT, (), "yes"),
        ("fan-out", FAN_OUT, ("model",), "cannot tell"),
    ],
)
def test_the_true_cause_is_found_where_it_can_be_known(
    place: Place,
    promptship: Promptship,
    question: str,
    columns: Mapping[str, Column],
    changed: Sequence[str],
    word: str,
) -> None:
    """The cause is what changed with the metric, by construction; with two at once nobody can know which it was."""
    _requests(place, **columns)
    pinned = [place.pinned("v1"), place.pinned("v2")]
    for number, one in enumerate(pinned):
        shas = {name: f"{name}{number if name in changed else 0}" for name in ("prompt", "model", "tools", "retrieval")}
        row = a_release(pinned[0], one, release_id=f"rel_{number}", components=shas)
        place.store.tx(lambda tx, row=row: release.insert(tx, row))  # type: ignore[misc]
    said = promptship(*HERE, "--question", question, "--json")
    assert (said.document["answer"]["word"], said.code) == (word, 2 if word == "cannot tell" else 0)


def test_two_components_at_once_cannot_be_told(place: Place, promptship: Promptship) -> None:
    """As the release froze them; the published files are asked only for versions that no release had."""
    _requests(place, metrics=lambda later, n: {"quality": 0.9 - 0.3 * later - n % 5 / 50})
    first, second = place.pinned("v1"), place.pinned("v2")
    for number, (one, shas) in enumerate(
        ((first, {"model": "a", "tools": "t"}), (second, {"model": "b", "tools": "u"}))
    ):
        row = a_release(first, one, release_id=f"rel_{number}", components=shas)
        place.store.tx(lambda tx, row=row: release.insert(tx, row))  # type: ignore[misc]
    said = promptship(*HERE, "--question", "model")
    assert said.code == 2
    assert "cannot tell: model changed together with tools" in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 64, "--metric NAME or --question NAME"),
        (("--metric", "cost", "--from", "v1"), 64, "both --from and --to"),
        (("--metric", "cots"), 3, "cost"),
        (("--metric", "cost_per_resolved"), 64, "Explain cost, and resolved"),
        (("--metric", "latency"), 3, "no request from"),
    ],
)
def test_what_cannot_be_explained_is_said(
    place: Place, promptship: Promptship, arguments: tuple[str, ...], code: int, words: str
) -> None:
    _requests(place, **LONGER)
    said = promptship(*HERE, *arguments)
    assert (said.code, words in said.err) == (code, True)
