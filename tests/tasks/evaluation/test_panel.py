from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from registry.behavior import short
from registry.errors import ModelRejected
from registry.models import Limits
from registry.runtime.artifact_file import Artifact
from tasks.evaluation.case import Case
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.executing import run_all
from tasks.evaluation.job import Arm, Job, interleaved
from tasks.evaluation.panel import Panel
from tasks.evaluation.result import CaseResult
from tasks.gateway.gateway import Gateway
from tests import scripted

OWL = scripted.model("owl-1")
PARROT = scripted.model()
RUBRIC = "rubric {{ rubric }} question {{ question }} reference {{ reference }} answer {{ answer }}"
PAIR = "pair question {{ question }} first {{ first }} second {{ second }}"
CASE = Case.model_validate(
    {"id": "c1", "split": "dev", "variables": {"message": "hello"}, "expected": {"best": "hello", "b": [1]}}
)


def judge(template: str, *names: str) -> Arm:
    variables = {name: {"type": "string"} for name in names}
    return Arm("judge@v1", scripted.artifact(template, answered_by=OWL, variables=variables), OWL)


PANEL = Panel(
    {
        "rubric": judge(RUBRIC, "rubric", "question", "reference", "answer"),
        "pairwise": judge(PAIR, "question", "first", "second"),
    },
    embedder=scripted.model("ibis-1"),
)


def told(*assertions: dict[str, Any]) -> EvalSet:
    fields = {"name": "echo", "prompt_use": "e", "description": "d", "source": "s", "licence": "CC0-1.0"}
    judges = {"rubric": "judge@v1", "pairwise": "judge@v1", "embedding": "ibis"}
    more = {"subsets": {"dev": {"split": "dev"}}, "assertions": list(assertions), "judge": judges}
    return EvalSet.model_validate(fields | more)


def result(assertion: dict[str, Any], panel: Panel = PANEL, arm: str = "candidate", template: str = "") -> CaseResult:
    asked = scripted.artifact(template or "{{ message }}", answered_by=PARROT)
    job = Job(CASE, Arm(arm, asked, PARROT), 1)
    ran = run_all(told(assertion), [job], Gateway(), test_id=None, panel=panel)
    return ran.results[0]


def says(judged: Callable[[str], str]) -> Callable[[list[dict[str, str]]], str]:
    """The judged model repeats its question; what starts like a judge's prompt is for the judge."""

    def say(messages: list[dict[str, str]]) -> str:
        text = messages[-1]["content"]
        return judged(text) if text.startswith(("rubric", "pair")) else text

    return say


@pytest.mark.parametrize(
    ("said", "score", "status"),
    [
        ('{"score": 0.75, "reason": "nearly"}', 0.75, "passed"),
        ('Reasoning first.\n```json\n{"score": 0}\n```', 0, "failed"),
        ('{"score": 7}', None, "error"),
        ('{"score": true}', None, "error"),
        ('{"score": 1} or {"score": 0}', None, "error"),
        ("I give it 5 of 5", None, "error"),
    ],
)
def test_a_grade_is_read_or_the_case_is_unscored(said: str, score: float | None, status: str) -> None:
    with scripted.installed(says(lambda _: said)) as driver:
        found = result({"type": "llm-rubric", "value": "kind"})
    assert (found.score, found.findings[0].status) == (score, status)
    assert len(driver.requests) == (3 if score is None else 2), "unreadable: asked once more"


def test_a_second_try_counts() -> None:
    said = iter(["what?", '{"score": 1}'])
    with scripted.installed(says(lambda _: next(said))):
        assert result({"type": "llm-rubric", "value": "kind"}).score == 1


def test_the_judge_sees_question_reference_and_answer_and_no_arm() -> None:
    with scripted.installed(says(lambda _: '{"score": 1}')) as driver:
        for arm in ("candidate", "live"):
            result({"type": "llm-rubric", "value": "factuality"}, arm=arm, template=f"{arm}: {{{{ message }}}}")
    seen = [one.messages for one in driver.requests if one.model == OWL]
    blind = [json.dumps(messages).replace("candidate: ", "").replace("live: ", "") for messages in seen]
    assert blind[0] == blind[1], "but for the answer, both arms look the same"
    text = seen[0][-1]["content"]
    assert text.startswith("rubric Every statement of the answer agrees with the reference.")
    assert "question hello reference b: [1]\nbest: hello answer candidate: hello" in text


@pytest.mark.parametrize(
    ("choose", "score"),
    [
        (lambda text: "first" if "first hello" in text else "second", 1),
        (lambda text: "second" if "first hello" in text else "first", 0),
        (lambda text: "first", 0.5),
        (lambda text: "second", 0.5),
        (lambda text: "neither", 0.5),
    ],
    ids=["better", "worse", "likes what is first", "likes what is second", "cannot tell"],
)
def test_pairwise_in_both_orders(choose: Callable[[str], str], score: float) -> None:
    with scripted.installed(says(lambda text: json.dumps({"better": choose(text)}))) as driver:
        assert result({"type": "pairwise", "value": "good day"}).score == score
    assert len(driver.requests) == 3


def beside_live(candidate: str, live: str, choose: Callable[[str], str]) -> tuple[list[CaseResult], int]:
    """Both arms answer one case in two rounds; candidate's result and live's of the first, and the calls made."""
    limited = scripted.model(limits=Limits(concurrency=1))
    arms = [Arm(name, scripted.artifact(text, answered_by=limited), limited) for name, text in _named(candidate, live)]
    jobs = interleaved([CASE], arms, [1, 2])
    with scripted.installed(says(lambda text: json.dumps({"better": choose(text)}))) as driver:
        ran = run_all(told({"type": "pairwise"}), jobs, Gateway(), test_id=None, panel=PANEL, live=arms[1])
    return sorted((one for one in ran.results if one.round == 1), key=lambda one: one.arm), len(driver.requests)


def _named(candidate: str, live: str) -> list[tuple[str, str]]:
    return [("candidate", candidate), ("live", live)]


@pytest.mark.parametrize(
    ("choose", "score"),
    [
        (lambda text: "first" if "first good" in text else "second", 1),
        (lambda text: "second" if "first good" in text else "first", 0),
        (lambda text: "second", 0.5),
    ],
    ids=["better", "worse", "likes what is second"],
)
def test_pairwise_without_a_text_compares_with_live(choose: Callable[[str], str], score: float) -> None:
    (candidate, live), calls = beside_live("good {{ message }}", "bad {{ message }}", choose)
    assert (candidate.score, live.score) == (score, 0.5)
    assert live.findings[0].reason == "a tie: the same answer"
    assert calls == 2 * (2 + 2), "live is asked once a round, and the judge in both orders"


def test_the_same_answer_as_live_needs_no_judge() -> None:
    (candidate, _), calls = beside_live("good {{ message }}", "good {{ message }}", lambda text: "first")
    assert (candidate.score, calls) == (0.5, 4)


def test_without_live_a_comparison_is_unscored() -> None:
    with scripted.installed(says(lambda text: '{"better": "first"}')):
        found = result({"type": "pairwise"})
    assert (found.score, found.findings[0].reason) == (None, "there is no answer of live to compare with")


def test_similar_is_the_cosine() -> None:
    vectors = {"hello": "[3, 4]", "hi": "[4, 3]"}
    with scripted.installed(lambda messages: messages[-1]["content"]) as driver:
        driver.say = lambda messages: vectors[messages[-1]["content"]] if len(driver.requests) > 1 else "hello"
        assert result({"type": "similar", "value": "hi"}).score == pytest.approx(0.96)


@pytest.mark.parametrize(
    ("text", "passed"), [("Good day to you.", True), ("The invoice is attached as a PDF.", False)], ids=["near", "far"]
)
def test_similar_works_offline_where_no_model_is_named(text: str, *, passed: bool) -> None:
    with scripted.installed(lambda _: "Hello, good day!") as driver:
        found = result({"type": "similar", "value": text, "threshold": 0.6}, Panel())
    assert (found.findings[0].status == "passed", len(driver.requests)) == (passed, 1), found.findings[0].reason


@pytest.mark.parametrize("said", ["no vector", "[]", '["a"]', "[0, 0]"])
def test_without_embeddings_similar_is_an_error_and_not_zero(said: str) -> None:
    with scripted.installed(lambda messages: said):
        found = result({"type": "similar", "value": "hi"})
    assert (found.score, found.findings[0].status) == (None, "error")


def test_a_judge_that_nobody_named_or_that_does_not_answer_leaves_cases_unscored() -> None:
    def broken(_: str) -> str:
        raise ModelRejected("no key", expected="a key", fix="Set it")

    with scripted.installed(says(broken)):
        silent, nobody = (result({"type": "llm-rubric", "value": "kind"}, panel) for panel in (PANEL, Panel()))
    assert silent.score is None
    assert "no key" in silent.findings[0].reason
    assert nobody.findings[0].reason == "the eval set names no rubric judge"


def test_an_answer_that_breaks_the_judges_own_contract_is_not_read() -> None:
    schema = {"type": "object", "required": ["score", "reason"]}
    strict: Artifact = scripted.artifact(
        RUBRIC,
        answered_by=OWL,
        variables={name: {"type": "string"} for name in ("rubric", "question", "reference", "answer")},
        output={"format": "json", "schema": schema},
    )
    panel = Panel({"rubric": Arm("judge@v1", strict, OWL)})
    with scripted.installed(says(lambda _: '{"score": 1}')):
        assert result({"type": "llm-rubric", "value": "kind"}, panel).score is None
    assert short(panel.identity["rubric"]) == short(strict.behavior) if panel.identity else False


def test_a_panel_of_nobody_has_no_identity() -> None:
    assert Panel().identity is None
    assert sorted(PANEL.identity or ()) == ["embedding", "pairwise", "rubric"]


def test_a_judge_that_refuses_every_call_ends_the_run_early() -> None:
    def broken(_: str) -> str:
        raise ModelRejected("no key", expected="a key", fix="Set it")

    cases = [CASE.model_copy(update={"id": f"c{number}"}) for number in range(30)]
    jobs = [Job(case, Arm("candidate", scripted.artifact(answered_by=PARROT), PARROT), 1) for case in cases]
    with scripted.installed(says(broken)):
        ran = run_all(told({"type": "llm-rubric", "value": "kind"}), jobs, Gateway(), test_id=None, panel=PANEL)
    assert ran.stopped is not None
    assert "no key" in ran.stopped
    assert ran.left > 0
