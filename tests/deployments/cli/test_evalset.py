from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tasks.ledger import eval_result, gate_test, trace
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.trace import Trace
from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]


def test_the_sets_and_their_splits(place: Place, promptship: Promptship) -> None:
    (row,) = promptship("evalset", "list", "--json").document["evalsets"]
    assert (row["name"], row["dev"], row["gate"], row["intents"]) == (PROMPT, 30, 120, 2)
    assert PROMPT in promptship("evalset", "list").out


@pytest.mark.parametrize("name", [PROMPT, f"{PROMPT}/full"])
def test_remarks_on_a_set_that_can_be_used(place: Place, promptship: Promptship, name: str) -> None:
    said = promptship("evalset", "check", name, "--json")
    assert (said.code, said.document["verdict"]) == (0, "pass")
    assert promptship("evalset", "check", name).code == 0


def test_a_set_that_proves_nothing(place: Place, promptship: Promptship) -> None:
    cases = place.roots.evalsets / PROMPT / "cases.jsonl"
    first = cases.read_text().splitlines()[0]
    cases.write_text(cases.read_text() + first.replace('"c000"', '"again"').replace('"dev"', '"gate"') + "\n")
    said = promptship("evalset", "check", PROMPT)
    assert said.code == 1
    assert "PS-S002 error" in said.out


def test_what_a_set_is_made_of(place: Place, promptship: Promptship) -> None:
    told = promptship("evalset", "check", PROMPT, "--json").document
    assert (told["dev"], told["gate"], told["clusters"], told["adversarial"]) == (30, 120, 120, 0)
    assert told["subsets"] == {"full": {"low": "enough", "medium": "rarely", "high": "rarely"}}
    assert (told["looks"], told["age_days"], told["fresh"]) == (0, None, None)
    assert {"PS-S007", "PS-S010"} <= {remark["code"] for remark in told["remarks"]}
    assert "0 candidates looked at it, age unknown" in promptship("evalset", "check", PROMPT).out


def test_a_gate_case_in_a_prompt(place: Place, promptship: Promptship) -> None:
    version = place.roots.registry / "prompts" / PROMPT / "v3.yaml"
    cases = place.roots.evalsets / PROMPT / "cases.jsonl"
    cases.write_text(cases.read_text().replace("rug of case 33", "A rug that is named in the prompt"))
    version.write_text(version.read_text().replace("quality 38", "a rug that is named in the prompt: quality 38"))
    said = promptship("evalset", "check", PROMPT)
    assert said.code == 1
    assert f"PS-S009 error: {PROMPT}@v3 has the text of 1 gate cases: c033" in said.out


def test_cases_that_a_set_needs(place: Place, promptship: Promptship) -> None:
    told = promptship("evalset", "plan", PROMPT, "--detect", "3", "--json").document
    assert told["components"]["source"] == "assumed"
    assert [(one["repeats"], one["cases"]) for one in told["options"]][::4] == [(1, 1254), (5, 375)]
    assert told["subsets"][0]["fits"]["low"] == "enough"
    shown = promptship("evalset", "plan", f"{PROMPT}/full")
    assert (shown.code, "large enough for" in shown.out) == (0, True)
    assert promptship("evalset", "plan", PROMPT, "--detect", "0").code == 64
    assert "no test of" in promptship("evalset", "plan", PROMPT, "--measure").err


@pytest.mark.parametrize(
    ("said", "line"),
    [("same", "same: 12, of: 12}"), ("answer", "aa: null   # 0 of 12 cases had the same answer each time")],
)
def test_lines_for_the_file_from_a_gate_test(place: Place, promptship: Promptship, said: str, line: str) -> None:
    now = datetime.now(UTC)
    subject = {"candidate": "c", "evalset": f"{PROMPT}/full@x", "models": ["test/parrot-1"]}

    def result(test: str, arm: str, case: int, turn: int) -> EvalResult:
        output = said if said == "same" else f"{said} {turn}"
        return EvalResult(
            "run", test, turn, arm, arm, f"c{case}", f"c{case}", "ask", "scored", float(case % 2), [], output,
            None, None, None, None, now,
        )  # fmt: skip

    def write(tx: Any) -> None:
        test = gate_test.open_or_resume(tx, subject, margin=0.05, rounds_max=5, now=now).gate_test_id
        gate_test.advance(tx, test, 2)
        rows = [result(test, arm, case, turn) for arm in ("candidate", "live") for case in range(12) for turn in (1, 2)]
        eval_result.insert_many(tx, rows)

    place.store.tx(write)
    told = promptship("evalset", "plan", PROMPT, "--measure").out
    assert "components: {w2: 0, s2: 0, deff: 1, measured: " in told
    assert line in told
    assert promptship("evalset", "check", PROMPT, "--json").document["looks"] == 0


def fill(place: Place, *changes: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    rows = [
        Trace(**{
            "trace_id": f"tr_{number}", "ts": now - timedelta(hours=1), "environment": "demo", "prompt_id": PROMPT,
            "version": "v1", "intended": "b" * 64, "served": "b" * 64, "arm": "live", "generation": 1,
            "intent": "sort", "variables": {"message": f"lamp of case {number}"}, "output": "no JSON", **changed,
        })
        for number, changed in enumerate(changes)
    ]  # fmt: skip
    place.store.tx(lambda tx: trace.insert_many(tx, rows, now))


def test_what_production_asks_and_the_set_does_not(place: Place, promptship: Promptship) -> None:
    said = promptship("evalset", "coverage", PROMPT, "-e", "demo")
    assert (said.code, "no request of 'demo'" in said.err) == (3, True)
    fill(place, *[{}] * 20, *[{"intent": "refund"}] * 5)
    found = promptship("evalset", "coverage", PROMPT, "-e", "demo", "--json")
    assert found.code == 2
    assert [(one["kind"], one["name"]) for one in found.document["slices"] if one["missed"]] == [("intent", "refund")]
    shown = promptship("evalset", "coverage", PROMPT, "-e", "demo").out
    assert "missed: intent 'refund' is 20.0% of production and has 0 of 120 cases" in shown


def test_cases_are_proposed_and_not_added(place: Place, promptship: Promptship) -> None:
    before = (place.roots.evalsets / PROMPT / "cases.jsonl").read_bytes()
    fill(place, {}, {"schema_ok": False, "variables": {"message": "The invoice of ana@example.org has a wrong VAT."}})
    told = promptship("evalset", "refresh", PROMPT, "-e", "demo", "--json").document
    assert (told["seen"], [one["why"] for one in told["proposed"]]) == (1, [["broke_schema"]])
    (line,) = (place.roots.home / "proposals" / f"{PROMPT}.jsonl").read_text().splitlines()
    assert json.loads(line)["case"]["variables"] == {"message": "The invoice of [email] has a wrong VAT."}
    assert "0 cases proposed of 1" in promptship("evalset", "refresh", PROMPT, "-e", "demo").out
    assert (place.roots.evalsets / PROMPT / "cases.jsonl").read_bytes() == before
