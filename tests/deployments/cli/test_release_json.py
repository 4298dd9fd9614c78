"""`promptship release ... --json`: one document on stdout, and an exit code that is the verdict."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import main
from tests.deployments.cli.conftest import Said
from tests.outage import without
from tests.polling import until
from tests.shop import Shop, shop
from tests.world import PROMPT, say

BETTER, SIMILAR, WORSE = "v2", "v5", "v3"
VERSIONS = {"v1": (40, 0), BETTER: (80, 0), SIMILAR: (48, 0), WORSE: (3, 0)}
HISTORY = 60
FIRST_LOST = 100
"""The model answers the cases before this one and is out of reach for the rest."""
STAGES = ["lint", "fast_gate", "gate", "shadow", "canary"]


def promptship(*arguments: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main.run(list(arguments))
    return Said(code, out.getvalue(), err.getvalue())


def start(version: str, *more: str) -> Said:
    return promptship("release", "start", PROMPT, version, "--environment", "demo", "--via", "local", "--json", *more)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop"), VERSIONS, small=[SIMILAR]) as made:
        yield made


@pytest.fixture(scope="module")
def first(here: Shop) -> Said:
    """v1 goes live."""
    said = start("v1")
    until(lambda: len(here.served) >= HISTORY, f"{HISTORY} answers of v1")
    return said


@pytest.fixture(scope="module")
def waiting(first: Said) -> Said:
    """A version that 30 cases cannot tell from live."""
    return start(SIMILAR)


@pytest.fixture(scope="module")
def refused(waiting: Said) -> Said:
    """Another version while that one is open."""
    return start(BETTER)


@pytest.fixture(scope="module")
def approved(waiting: Said, refused: Said) -> Said:
    release = waiting.document["release_id"]
    return promptship("release", "approve", release, "--by", "bo", "--reason", "close enough", "--json")


@pytest.fixture(scope="module")
def resumed(waiting: Said, approved: Said) -> Said:
    return promptship("release", "resume", waiting.document["release_id"], "--json")


@pytest.fixture(scope="module")
def rejected(resumed: Said) -> Said:
    return start(WORSE)


@pytest.fixture(scope="module")
def failed(here: Shop, rejected: Said) -> Said:
    """A better version, on a model that is out of reach from some case on."""
    here.driver.say = without(range(FIRST_LOST, 150))
    return start(BETTER)


@pytest.fixture(scope="module")
def asked_again(here: Shop, failed: Said) -> tuple[int, Said]:
    """The same with the model up: how many eval cases were asked in the gate, and how it ended."""
    asked = []

    def noting(messages: list[dict[str, str]]) -> Any:
        asked.append("of case" in messages[-1]["content"])
        return say(messages)

    here.driver.say = noting
    said = start(BETTER)
    return sum(asked), said


def test_the_first_release(first: Said) -> None:
    document = first.document
    assert first.code == document["exit_code"] == 0
    assert (document["state"], document["from_version"], document["to_version"]) == ("promoted", None, "v1")
    assert [stage["stage"] for stage in document["stages"]] == ["lint", "gate"]
    assert document["calls"] == 120
    assert f"{PROMPT} v1 was promoted in demo" in Path(document["report"]).read_text()


def test_an_inconclusive_gate_waits_for_a_person(waiting: Said) -> None:
    document = waiting.document
    assert waiting.code == document["exit_code"] == 2
    assert (document["state"], document["decision"]) == ("waiting", None)
    assert document["stages"][-1]["verdict"] == "inconclusive"
    assert f"promptship release approve {document['release_id']}" in document["sentence"]


def test_one_release_at_a_time(waiting: Said, refused: Said) -> None:
    assert refused.code == 3
    error = refused.document["error"]
    assert error["code"] == "PS-E701"
    assert waiting.document["release_id"] in error["found"]
    assert f"release abort {waiting.document['release_id']}" in error["fix"]


def test_approved_it_goes_on_to_its_end(here: Shop, approved: Said, resumed: Said) -> None:
    assert (approved.code, approved.document["of"], approved.document["approved"]) == (0, "gate", True)
    assert (resumed.code, resumed.document["state"]) == (0, "promoted")
    assert [stage["stage"] for stage in resumed.document["stages"]] == STAGES
    assert resumed.document["to_version"] == SIMILAR


def test_a_worse_version_is_rejected(rejected: Said) -> None:
    document = rejected.document
    assert rejected.code == document["exit_code"] == 1
    assert (document["state"], document["decision"]) == ("rejected", "reject")
    assert [(s["stage"], s["verdict"]) for s in document["stages"]] == [("lint", "pass"), ("fast_gate", "reject")]


def test_a_model_out_of_reach_is_an_error(here: Shop, failed: Said) -> None:
    document = failed.document
    assert failed.code == document["exit_code"] == 3
    assert (document["state"], document["decision"]) == ("error", None)
    assert "the same command goes on with it" in document["sentence"]
    gate = document["stages"][-1]
    assert (gate["stage"], gate["verdict"]) == ("gate", "error")
    assert "in a row failed" in gate["reason"]


def test_started_again_it_asks_for_the_rest_and_is_promoted(failed: Said, asked_again: tuple[int, Said]) -> None:
    cases, said = asked_again
    assert said.code == 0
    assert said.document["release_id"] == failed.document["release_id"]
    assert cases == len(("candidate", "live", "anchor")) * (150 - FIRST_LOST)
    assert [(s["stage"], s["verdict"]) for s in said.document["stages"]] == [
        ("lint", "pass"),
        ("fast_gate", "pass"),
        ("gate", "error"),
        ("gate", "pass"),
        ("shadow", said.document["stages"][4]["verdict"]),
        ("canary", "pass"),
    ]


def test_the_document_has_verdicts_intervals_calls_and_cost(asked_again: tuple[int, Said]) -> None:
    document = asked_again[1].document
    by_stage = {stage["stage"]: stage for stage in document["stages"]}
    assert (document["format"], document["kind"], document["attempt"]) == (1, "release", 1)
    assert document["calls"] == sum(stage["calls"] for stage in document["stages"])
    assert document["cost_usd"] == pytest.approx(sum(stage["cost_usd"] for stage in document["stages"]))
    live = by_stage["gate"]["evidence"]["live"]
    assert 0 < live["low"] < live["value"] < live["high"]
    assert live["n"] == 120
    assert all({"value", "low", "high", "n"} <= set(row) for row in by_stage["shadow"]["evidence"]["rows"])
    assert all({"verdict", "low", "high", "n_canary"} <= set(row) for row in by_stage["canary"]["evidence"]["rows"])
    assert by_stage["canary"]["evidence"]["total_canary"] >= 40


def test_released_already(here: Shop, asked_again: tuple[int, Said]) -> None:
    said = start(BETTER)
    assert (said.code, said.document["state"]) == (0, "already_live")
    assert here.live == BETTER


@pytest.mark.parametrize(
    ("more", "code", "error"),
    [
        ((), 3, "PS-E700"),
        (("--again",), 64, "PS-U001"),
    ],
)
def test_a_new_attempt_is_asked_for_with_a_reason(
    asked_again: tuple[int, Said], more: tuple[str, ...], code: int, error: str
) -> None:
    said = start(WORSE, *more)
    assert (said.code, said.document["error"]["code"]) == (code, error)
    assert "--again" in said.document["error"]["fix"] or "--reason" in said.document["error"]["fix"]


def test_a_new_attempt_is_the_second(rejected: Said, asked_again: tuple[int, Said]) -> None:
    said = start(WORSE, "--again", "--reason", "the model was changed")
    assert (said.code, said.document["attempt"], said.document["state"]) == (1, 2, "rejected")
    assert said.document["release_id"] != rejected.document["release_id"]


def test_status_says_the_same(asked_again: tuple[int, Said]) -> None:
    said = promptship("release", "status", asked_again[1].document["release_id"], "--json")
    assert said.document == asked_again[1].document
    assert said.code == 0
