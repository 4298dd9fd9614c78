from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.errors import EvalSetError, InvalidFile
from tasks.evaluation.evalset import Selection, load, names, read
from tasks.evaluation.evalset_file import EvalSet

SET: dict[str, Any] = {
    "name": "orders",
    "prompt_use": "orders.extract",
    "description": "Orders.",
    "source": "Written for the test.",
    "licence": "CC0-1.0",
    "min_score": 0.6,
    "subsets": {
        "fast": {"split": "dev", "tag": "fast"},
        "full": {"split": "gate"},
        "two": {"split": "dev", "cases": ["d2"]},
    },
    "assertions": [
        {"type": "equals", "path": "id", "expected": "id"},
        {"type": "contains", "value": "x", "tag": "fast"},
    ],
}
CASES: list[dict[str, Any]] = [
    {"id": "d1", "split": "dev", "tags": ["fast"], "variables": {"m": "one"}, "expected": {"id": "1"}},
    {"id": "d2", "split": "dev", "variables": {"m": "two"}, "expected": {"id": None}},
    {
        "id": "g1",
        "split": "gate",
        "cluster": "k",
        "tags": ["adversarial"],
        "variables": {"m": "3"},
        "expected": {"id": 3},
    },
]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the set with these changes; returns the root."""

    def _write(lines: list[str] | None = None, cases: list[dict[str, Any]] = CASES, **changes: Any) -> Path:
        folder = tmp_path / "orders"
        folder.mkdir(exist_ok=True)
        text = "# yaml-language-server: $schema=x\n" + yaml.safe_dump(SET | changes)
        (folder / "evalset.yaml").write_text(text, encoding="utf-8")
        written = lines if lines is not None else [json.dumps(case) for case in cases]
        (folder / "cases.jsonl").write_text("\n".join(written) + "\n", encoding="utf-8")
        return tmp_path

    return _write


@pytest.mark.parametrize(("subset", "ids"), [("fast", ["d1"]), ("full", ["g1"]), ("two", ["d2"])])
def test_a_subset_is_a_split_by_tag_or_by_ids(write: Write, subset: str, ids: list[str]) -> None:
    selection = load(write(), f"orders/{subset}")
    assert isinstance(selection, Selection)
    assert [case.id for case in selection.cases] == ids
    assert selection.name == f"orders/{subset}"
    assert selection.split == SET["subsets"][subset]["split"]


def test_a_case_has_defaults_and_its_assertions(write: Write) -> None:
    library = read(write(), "orders")
    first, second, third = library.cases
    assert (first.group, first.intent, first.adversarial) == ("d1", "other", False)
    assert (third.group, third.adversarial) == ("k", True)
    assert [one.type for one in library.evalset.asked_of(first)] == ["equals", "contains"]
    assert [one.type for one in library.evalset.asked_of(second)] == ["equals"]


def test_the_version_is_the_content(write: Write) -> None:
    before = read(write(), "orders").sha
    assert read(write(description="Better said."), "orders").sha == before
    assert read(write(cases=CASES[::-1]), "orders").sha == before
    assert read(write(cases=[CASES[0] | {"note": "n"}, *CASES[1:]]), "orders").sha == before
    assert read(write(min_score=0.7), "orders").sha != before
    assert read(write(cases=[CASES[0] | {"expected": {"id": "2"}}, *CASES[1:]]), "orders").sha != before
    assert load(write(), "orders/fast").sha == load(write(), "orders/full").sha == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cases": [*CASES, CASES[0]]}, "case 'd1' is there 2 times"),
        ({"name": "other"}, "`name` is 'other' in the folder 'orders'"),
        ({"subsets": {"a": {"split": "dev", "cases": ["g1", "d1"]}}}, "not in split 'dev': g1"),
        ({"subsets": {"a": {"split": "dev", "tag": "rare"}}}, "subset 'a' has no case"),
        ({"assertions": []}, "case 'd1' has no assertion"),
        ({"assertions": [{"type": "equals", "expected": "city"}]}, "case 'd2': equals wants 'city' of `expected`"),
        ({"assertions": [{"type": "contains", "expected": "id"}]}, "case 'd2': contains wants a text, found None"),
        ({"lines": ['{"id": "a"', "[1]"]}, "cases.jsonl:1: no JSON object"),
        ({"lines": [json.dumps(CASES[0]), "", '{"id": "a", "splitt": "dev"}']}, "cases.jsonl:3: .*splitt"),
        ({"lines": ['{"id": "a", "id": "b"}']}, "keys given twice: id"),
        (
            {"lines": ['{"id": "a"'] * 2},
            r"has 2 problems:\n  cases.jsonl:1: no JSON object: .* column 11\n  cases.jsonl:2",
        ),
        (
            {"lines": ['{"idd": "a", "split": "dev"}']},
            "cases.jsonl:1: .*idd: this key is not known, .*did you mean 'id'",
        ),
    ],
)
def test_refuses_parts_that_do_not_fit(write: Write, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(EvalSetError, match=says):
        read(write(**changes), "orders")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"'orders': cases.jsonl is missing\. Expected"),
        (b"\xff\xfe{", r"'orders': cases.jsonl: the byte 0xff is no UTF-8"),
        (b"", "has 3 problems"),
    ],
)
def test_what_is_wrong_with_the_cases_alone_is_said_alone(write: Write, content: bytes | None, says: str) -> None:
    root = write()
    cases = root / "orders" / "cases.jsonl"
    cases.unlink() if content is None else cases.write_bytes(content)
    with pytest.raises(EvalSetError, match=says):
        read(root, "orders")


def test_a_byte_order_mark_is_no_case(write: Write) -> None:
    root = write()
    cases = root / "orders" / "cases.jsonl"
    cases.write_bytes(b"\xef\xbb\xbf" + cases.read_bytes())
    assert len(read(root, "orders").cases) == len(CASES)


def test_names_all_problems_at_once(write: Write) -> None:
    with pytest.raises(EvalSetError) as caught:
        read(write(lines=["{", *map(json.dumps, CASES), json.dumps(CASES[0])], name="other"), "orders")
    for part in ("cases.jsonl:1", "'other'", "'d1' is there 2 times"):
        assert part in str(caught.value)


def test_a_missing_cases_file_is_named(write: Write) -> None:
    root = write()
    (root / "orders" / "cases.jsonl").unlink()
    with pytest.raises(EvalSetError, match=r"cases\.jsonl is missing"):
        read(root, "orders")


@pytest.mark.parametrize("name", ["nothing/fast", "orders/slow", "orders", "../orders/fast"])
def test_unknown_sets_and_subsets_name_those_there_are(write: Write, name: str) -> None:
    with pytest.raises(EvalSetError, match=r"orders|fast"):
        load(write(), name)


def test_an_unknown_key_is_an_invalid_file(write: Write) -> None:
    with pytest.raises(InvalidFile, match="licens"):
        read(write(licens="MIT"), "orders")


def test_names(write: Write) -> None:
    assert names(write()) == ["orders"]


def test_a_line_separator_inside_a_text_is_no_new_line(write: Write) -> None:
    case = CASES[0] | {"variables": {"m": "a\u2028b"}}
    root = write(lines=[json.dumps(one, ensure_ascii=False) for one in (case, *CASES[1:])])
    assert read(root, "orders").cases[0].variables == {"m": "a\u2028b"}


@pytest.mark.parametrize(
    ("aa", "model", "rounds"),
    [
        (None, "p/m", 5),
        ({"same": 120, "of": 120}, "p/m", 1),
        ({"same": 119, "of": 120}, "p/m", 5),
        ({"same": 120, "of": 120}, "p/other", 5),
    ],
)
def test_rounds(aa: dict[str, object] | None, model: str, rounds: int) -> None:
    measured = aa and {"model": "p/m", "server": "1 thread", "date": "2026-11-20", **aa}
    assert EvalSet.model_validate(SET | {"aa": measured}).rounds(model) == rounds


def test_the_schema_lists_the_assertion_types() -> None:
    schema = EvalSet.model_json_schema()
    assertion = schema["$defs"]["Assertion"]["properties"]
    assert "not-is-refusal" in assertion["type"]["anyOf"][0]["enum"]
    assert "must-pass" in assertion


def test_keys_that_a_set_does_not_use_are_no_part_of_its_version(write: Write) -> None:
    """So that sets written before such a key existed keep their version."""
    plain = read(write(), "orders")
    later = {"judge", "turns", "tools", "tool_results"}
    assert not later & {*plain.evalset.model_dump(), *plain.cases[0].model_dump()}
    assert "assert" not in plain.evalset.assertions[0].model_dump()
    turned = [CASES[0] | {"turns": ["And?"]}, *CASES[1:]]
    assert read(write(cases=turned), "orders").sha != plain.sha
    assert read(write(judge={"rubric": "answer-judge@v1"}), "orders").sha != plain.sha
    assert read(write(judge=None), "orders").sha == plain.sha
