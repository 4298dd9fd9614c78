from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.ledger import trace
from tasks.ledger.trace import Arm, Trace
from tests import scripted
from tests.judging import JUDGE, Judge, judge_of
from tests.world import PRODUCTS, PROMPT, say

from .conftest import Place
from .test_judge import labels

Promptship = Callable[..., Any]
SOFT = {"type": "not-icontains", "value": "box", "metric": "no_box"}
RUBRIC = {"type": "llm-rubric", "value": "Names the product.", "metric": "named"}


def _asks(place: Place, *assertions: dict[str, Any], **more: Any) -> None:
    path = place.roots.evalsets / PROMPT / "evalset.yaml"
    told = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(told | {"assertions": list(assertions), **more}))


def _served(place: Place, version: str, count: int, bad: int, arm: Arm = "live") -> str:
    """`bad` of the answers say `box`; two requests a unit, and one request without an answer."""
    sha = place.pinned(version).behavior
    rows = [
        Trace(
            trace_id=f"tr_{version}_{n}", ts=datetime.now(UTC) - timedelta(minutes=5, seconds=n), environment="demo",
            prompt_id=PROMPT, version=version, intended=sha, served=sha, arm=arm, generation=1, unit=f"u{n // 2}",
            unit_key_id="k", intent="sort" if n % 3 else "ask", variables={"message": f"{PRODUCTS[n % 6]} number {n}"},
            output=None if n == count else f"{'box' if n < bad else PRODUCTS[n % 6]} {n}",
        )
        for n in range(count + 1)
    ]  # fmt: skip
    place.store.tx(lambda tx: trace.insert_many(tx, rows, datetime.now(UTC)))
    return sha


def _quality(promptship: Promptship, *more: str) -> Any:
    return promptship("quality", PROMPT, "-e", "demo", "--json", *more)


def test_soft_assertions_score_a_sample_of_each_version(place: Place, promptship: Promptship) -> None:
    _asks(place, SOFT, {"type": "equals", "path": "product", "expected": "product"}, {"type": "is-json", "hard": True})
    shas = [_served(place, "v1", 30, 15), _served(place, "v2", 30, 3, "canary")]
    found = {row["version"]: row for row in _quality(promptship).document["rows"]}
    assert [found[name]["behavior"] for name in ("v1", "v2")] == shas
    assert [(row["requests"], row["sampled"], row["mean"]) for row in (found["v1"], found["v2"])] == [
        (31, 30, 0.5),
        (31, 30, 0.9),
    ]
    assert found["v2"]["families"] == {"no_box": 0.9}
    assert 0 < found["v1"]["low"] < 0.5 < found["v1"]["high"] < found["v2"]["high"] < 1
    assert "no_box 0.90" in promptship("quality", PROMPT, "-e", "demo").out


def test_it_is_a_metric_by_behavior_version_said_once(place: Place, promptship: Promptship) -> None:
    _asks(place, SOFT)
    _served(place, "v1", 30, 15)
    _served(place, "v2", 30, 3)
    first = _quality(promptship, "--sample", "10").document["rows"]
    assert first == _quality(promptship, "--sample", "10").document["rows"], "the same requests draw the same sample"
    rows = promptship("metrics", PROMPT, "-e", "demo", "--json").document["rows"]
    kept = {row["version"]: row for row in rows if row["metric"] == "quality"}
    assert {name: (row["n"], row["mean"]) for name, row in kept.items()} == {
        row["version"]: (10, row["mean"]) for row in first
    }
    assert place.store.rows("SELECT count(*) AS n FROM feedback") == [{"n": 20}]
    now = datetime.now(UTC)
    span = {"since": now - timedelta(days=1), "until": now}
    assert "quality" not in trace.collected(place.store, "demo", PROMPT, **span), "a canary is not guarded by a sample"


@pytest.fixture
def judged(place: Place) -> Iterator[Place]:
    judge_of(place.roots.registry)
    _asks(place, RUBRIC, judge={"rubric": f"{JUDGE}@v1"})
    judge = Judge(lambda question, answer: question.split(maxsplit=1)[0] in answer)
    with scripted.installed(judge.beside(say)):
        yield place


def test_a_fit_judge_scores_as_well(judged: Place, tmp_path: Path, promptship: Promptship) -> None:
    promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 120))
    _served(judged, "v1", 30, 6)
    (row,) = _quality(promptship, "--judge").document["rows"]
    assert (row["mean"], row["unscored"], row["families"]) == (0.8, 0, {"named": 0.8})


@pytest.mark.parametrize(
    ("compared", "words"),
    [(0, "the judge was never compared with people"), (60, "compared with people on 60 answers, 100 are needed")],
)
def test_a_judge_that_is_not_fit_is_refused_with_the_reason(
    judged: Place, tmp_path: Path, promptship: Promptship, compared: int, words: str
) -> None:
    _served(judged, "v1", 5, 1)
    if compared:
        promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, compared))
    said = _quality(promptship, "--judge")
    assert said.code == 3
    assert words in said.document["error"]["found"]
    assert judged.store.rows("SELECT count(*) AS n FROM feedback") == [{"n": 0}]


def test_what_cannot_be_scored_is_said(place: Place, promptship: Promptship) -> None:
    assert "no request of" in promptship("quality", PROMPT, "-e", "demo").err
    _served(place, "v1", 5, 1)
    said = promptship("quality", PROMPT, "-e", "demo")
    assert (said.code, "nothing to ask of a live answer" in said.err, "--judge" in said.err) == (3, True, True)
