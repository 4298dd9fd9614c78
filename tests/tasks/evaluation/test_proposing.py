from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from registry.errors import EvalSetError
from tasks.evaluation.case import Case
from tasks.evaluation.proposals import Proposals
from tasks.evaluation.proposing import Known, Seen, propose

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
TEXTS = ("Where is my desk lamp?", "Please close my account for good.", "The invoice shows a wrong VAT number.")


def seen(number: int, text: str, **more: Any) -> Seen:
    told = {"intent": "order", "variables": {"message": text}, "output": "{}", "why": ("thumbs_down",)}
    return Seen(**{"trace_id": f"tr_{number}", "at": NOW, "prompt_id": "p", "version": "v2", **told, **more})


def test_a_proposal_wants_a_label_and_a_split() -> None:
    (one,) = propose([seen(1, TEXTS[0])], [], Known(), 10, TODAY)
    assert (one.trace_id, one.version, one.why, one.answered) == ("tr_1", "p@v2", ("thumbs_down",), "{}")
    assert one.case == {
        "id": "p-1", "intent": "order", "tags": ["production"], "variables": {"message": TEXTS[0]}, "expected": {},
        "added": "2026-11-21",
    }  # fmt: skip
    with pytest.raises(ValidationError, match="split"):
        Case.model_validate(one.case)
    assert Case.model_validate(one.case | {"split": "dev"}).added == TODAY


def test_texts_are_redacted_again() -> None:
    (one,) = propose([seen(1, "I am ana@example.org", output="Dear ana@example.org")], [], Known(), 1, TODAY)
    assert one.case["variables"] == {"message": "I am [email]"}
    assert (one.answered, one.redacted) == ("Dear [email]", ("output:email", "variables.message:email"))


def test_what_is_there_already_is_not_proposed() -> None:
    case = Case.model_validate({"id": "a", "split": "gate", "variables": {"message": TEXTS[0] + "!"}})
    requests = [seen(0, TEXTS[0]), seen(1, TEXTS[1]), seen(2, TEXTS[1].upper()), seen(3, TEXTS[2]), seen(4, "")]
    assert [one.trace_id for one in propose(requests, [case], Known(), 10, TODAY)] == ["tr_1", "tr_3"]
    assert [one.trace_id for one in propose(requests, [case], Known(frozenset({"tr_1"})), 1, TODAY)] == ["tr_2"]


def test_the_file_is_only_added_to(tmp_path: Path) -> None:
    kept = Proposals(tmp_path / "proposals" / "s.jsonl")
    requests = [seen(number, text) for number, text in enumerate(TEXTS)]
    assert len(kept.add(lambda known: propose(requests[:1], [], known, 10, TODAY))) == 1
    by_hand = kept.path.read_text().replace('"expected": {}', '"expected": {"id": 1}').rstrip("\n")
    kept.path.write_text(by_hand)
    assert len(kept.add(lambda known: propose(requests, [], known, 10, TODAY))) == 2
    lines = [json.loads(line) for line in kept.path.read_text().splitlines()]
    assert [line["trace_id"] for line in lines] == ["tr_0", "tr_1", "tr_2"]
    assert lines[0]["case"]["expected"] == {"id": 1}
    again = [seen(7, TEXTS[1] + " Now."), *requests]
    assert kept.add(lambda known: propose(again, [], known, 10, TODAY)) == []


@pytest.mark.parametrize("line", ["no JSON", "[1]", "{}", '"tr_1"'])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    kept = Proposals(tmp_path / "s.jsonl")
    kept.path.write_text(f'{{"trace_id": "tr_1"}}\n{line}\n')
    with pytest.raises(EvalSetError, match="line 2"):
        kept.add(lambda known: propose([], [], known, 1, TODAY))
