from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.importers import promptfoo_tests, spreadsheet
from registry.importers.cases import read_cases
from registry.importers.draft import CaseDraft, ImportedCases


def cases(folder: Path, name: str, text: str, **options: Any) -> ImportedCases:
    (folder / name).write_text(text, encoding="utf-8")
    return read_cases(folder / name, **options)


def asked(case: CaseDraft) -> list[tuple[str, dict[str, Any]]]:
    return [(one.type, one.fields) for one in case.asserts]


CONFIG = """\
description: Greetings
prompts: ["Greet {{ name }} in {{ lang }}"]
defaultTest:
  vars: {lang: en}
  assert:
    - {type: not-contains, value: Bye}
tests:
  - description: one
    vars: {name: [Ana, Bo]}
    assert:
      - {type: contains, value: "{{ name }}"}
      - {type: icontains, value: "dear {{name}}"}
    metadata: {intent: greet, tags: [fast], difficulty: hard}
  - vars: {name: Cy, lang: de}
    options: {disableDefaultAsserts: true}
    assert: [{type: javascript, value: "output.length"}, {type: equals, value: file://answer.txt}]
    threshold: 0.5
  - file://more.csv
"""


def test_a_promptfoo_config(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("Hallo\n")
    (tmp_path / "more.csv").write_text("name,__expected\nDi,Hello\n")
    found = cases(tmp_path, "c.yaml", CONFIG)
    ana, bo, cy, di = found.cases
    assert (found.reads, found.description) == (frozenset({"name", "lang"}), "Greetings")
    assert (ana.variables, ana.expected) == ({"lang": "en", "name": "Ana"}, {"name": "Ana"})
    assert asked(ana) == [
        ("not-contains", {"value": "Bye"}),
        ("contains", {"expected": "name"}),
        ("icontains", {"value": "dear Ana"}),
    ]
    assert (ana.same, ana.intent, ana.tags, ana.note) == (bo.same, "greet", ("fast",), "one")
    assert (cy.variables, asked(cy)) == ({"lang": "de", "name": "Cy"}, [("equals", {"value": "Hallo"})])
    assert (di.place.line, asked(di)) == (2, [("not-contains", {"value": "Bye"}), ("equals", {"value": "Hello"})])
    said = {(note.kind, note.place.line) for note in found.notes}
    assert said == {("no counterpart", 8), ("code", 16), ("no counterpart", 14)}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Paris", ("equals", {"value": "Paris"})),
        ("equals: Paris", ("equals", {"value": "Paris"})),
        ("contains: a: b", ("contains", {"value": "a: b"})),
        ("not-contains: x", ("not-contains", {"value": "x"})),
        ("contains-any: a, b", ("contains-any", {"value": ["a", "b"]})),
        ("is-json", ("is-json", {})),
        ("latency(500)", ("latency", {"threshold": 500.0})),
        ("similar(0.8): x", ("similar", {"value": "x", "threshold": 0.8})),
        ("grade: is nice", ("llm-rubric", {"value": "is nice"})),
        ("note: this is text", ("equals", {"value": "note: this is text"})),
    ],
)
def test_the_expected_cells_of_a_csv(tmp_path: Path, cell: str, expected: tuple[str, dict[str, Any]]) -> None:
    found = cases(tmp_path, "c.csv", f'q,__expected\nx,"{cell}"\n')
    assert [asked(case) for case in found.cases] == [[expected]]


@pytest.mark.parametrize(
    "cell",
    [
        "javascript: process.exit()",
        "fn: x",
        "eval: x",
        "python: import os",
        "file://check.py",
        "file://check.js:run",
    ],
)
def test_code_in_a_csv_is_listed_and_not_run(tmp_path: Path, cell: str) -> None:
    found = cases(tmp_path, "c.csv", f'q,__expected1,__expected2\nx,"{cell}",ok\n')
    assert [asked(case) for case in found.cases] == [[("equals", {"value": "ok"})]]
    assert [(note.kind, note.place.line) for note in found.notes] == [("code", 2)]


def test_the_other_columns_of_a_promptfoo_csv(tmp_path: Path) -> None:
    heading = "q,__expected,__description,__metric,__metadata:intent,__prefix,__threshold"
    found = cases(tmp_path, "c.csv", f'{heading}\n"a\nb",x,said,Accuracy,ask,please,\n')
    (case,) = found.cases
    assert (case.variables, case.note, case.intent) == ({"q": "a\nb"}, "said", "ask")
    assert asked(case) == [("equals", {"value": "x", "metric": "Accuracy"})]
    assert [note.what for note in found.notes] == ["the column '__prefix'"]


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("- vars: {q: '{{ env.KEY }}'}\n  assert: [{type: equals, value: a}]", "environment", "not resolved"),
        ("- vars: {q: '{{ x | upper }}'}\n  assert: [{type: equals, value: a}]", "refused", "more than name"),
        ("- vars: {q: file://../secret.txt}\n  assert: []", "refused", "outside"),
        ("- vars: {q: file://load.py}", "code", "not run"),
        ("- vars: {q: file://load.js}", "code", "not run"),
        ("- vars: [a.yaml]\n  assert: []", "refused", "no file"),
        ("- vars: {q: a}\n  options: {transform: output.trim()}", "code", "between the answer"),
        ("- vars: {q: a}\n  assertScoringFunction: file://x.js", "code", "between the answer"),
        ("- vars: {q: a}\n  assert: [{type: python, value: print()}]", "code", "not run"),
        ("- vars: {q: a}\n  assert: [{type: equals, value: file://x.py}]", "code", "not run"),
        ("- vars: {q: a}\n  assert: [{type: equals, value: x, transform: y}]", "code", "not run"),
        ("- vars: {q: a}\n  assert: [{type: assert-set, assert: []}]", "no counterpart", "one by one"),
        ("- vars: {q: a}\n  assert: [{value: x}]", "refused", "a type"),
        ("- vars: {q: []}", "refused", "no cases"),
        ("- vars: {a: [1, 2], b: [1, 2], c: [1, 2]}", "refused", "more than 5"),
        ("- 3", "refused", "a test is"),
        ("- vars: 3", "refused", "no mapping"),
        ("- c.yaml", "refused", "names another"),
        ("tests: file://make.py:run", "code", "not run"),
        ("tests: https://docs.google.com/x", "network", "not asked"),
        ("tests: huggingface://datasets/x", "network", "not asked"),
        ("tests: [{path: file://make.js}]", "code", "not run"),
        ("tests: x.xlsx", "refused", "no file"),
        ("prompts: [x]", "refused", "no tests"),
        ("3", "refused", "neither"),
        ("tests: [{vars: {q: a}}]\ndefaultTest: file://default.py", "code", "not run"),
        ("tests: [{vars: {q: a}}]\ndefaultTest: {options: {transform: x}}", "refused", "its defaultTest"),
    ],
)
def test_what_a_test_may_not_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, kind: str, why: str
) -> None:
    monkeypatch.setattr(promptfoo_tests, "MAX_EXPANDED", 5)
    found = cases(tmp_path, "c.yaml", text)
    assert [note for note in found.notes if note.kind == kind and why in note.what]
    assert not any(case.asserts for case in found.cases)


def test_a_file_of_tests_that_names_itself_ends(tmp_path: Path) -> None:
    found = cases(tmp_path, "c.yaml", "tests: [file://c.yaml]\n")
    assert found.cases == ()


def test_so_many_cases_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promptfoo_tests, "MAX_CASES", 2)
    found = cases(tmp_path, "c.jsonl", '{"vars": {"q": 1}}\n' * 4)
    assert (len(found.cases), "more than 2" in found.notes[0].what) == (2, True)


ITEM = {"id": "a-1", "input": {"q": "one"}, "expectedOutput": "1", "metadata": {"intent": "x", "level": 2}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("c.json", [ITEM]),
        ("c.json", {"data": [ITEM], "meta": {}}),
        ("c.json", {"name": "d", "items": [ITEM]}),
        ("c.jsonl", ITEM),
    ],
)
def test_langfuse_exports(tmp_path: Path, name: str, value: Any) -> None:
    found = cases(tmp_path, name, json.dumps(value))
    (case,) = found.cases
    assert (case.id, case.variables, case.expected, case.intent) == ("a-1", {"q": "one"}, {"output": "1"}, "x")
    assert asked(case) == [("equals", {"expected": "output"})]
    assert {note.what for note in found.notes} == {
        "the answer has to equal the expected output",
        "'level' of the metadata",
    }


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"input": "x"}, "no expected output"),
        ({"input": [{"role": "user"}], "expectedOutput": "x"}, "a list"),
        ({"input": 3, "expectedOutput": "x"}, "int"),
        ({"other": 1}, "no `input`"),
        (3, "no `input`"),
        (ITEM | {"status": "ARCHIVED"}, "archived"),
    ],
)
def test_items_that_are_no_cases(tmp_path: Path, item: Any, why: str) -> None:
    text = "[\n" + json.dumps(ITEM) + ",\n" + json.dumps(item) + "\n]"
    found = cases(tmp_path, "c.json", text)
    assert len(found.cases) == 1
    assert [note.place.line for note in found.notes if why in note.what] == [3]


@pytest.mark.parametrize(
    ("text", "options", "variables", "expected"),
    [
        ("q,expected\na,1\n", {}, {"q": "a"}, {"output": "1"}),
        ("q;answer\na;1\n", {}, {"q": "a"}, {"output": "1"}),
        ("q,right\na,1\n", {"expected": "right"}, {"q": "a"}, {"output": "1"}),
        ("q,expected.id,expected.x y\na,1,2\n", {}, {"q": "a"}, {"id": "1", "x y": "2"}),
        ("id,q,expected\n7,a,1\n", {}, {"q": "a"}, {"output": "1"}),
        ("id,q,expected\n7,a,1\n", {"reads": frozenset({"id", "q"})}, {"id": "7", "q": "a"}, {"output": "1"}),
    ],
)
def test_plain_csv(
    tmp_path: Path, text: str, options: dict[str, Any], variables: dict[str, str], expected: dict[str, str]
) -> None:
    (case,) = cases(tmp_path, "c.csv", text, **options).cases
    assert (case.variables, case.expected) == (variables, expected)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("q,a\nx,y\n", 1, "no column says"),
        ("q,expected\nx\n", 2, "1 cells"),
        ("q,q\nx,y\n", 1, "twice"),
        ("q,\nx,y\n", 1, "no name"),
        ('q,expected\n"a\nb",c\n"x,y\n', 4, "no CSV"),
        ("", 1, "no rows"),
        ("q,expected\n", 1, "no rows"),
        ("q,expected\nx," + "y" * 100 + "\n", 2, "no CSV"),
        ("q,expected\nx,\n", 2, "nothing is expected"),
    ],
)
def test_csv_that_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int, why: str) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_CELL", 50)
    found = cases(tmp_path, "c.csv", text)
    assert [(note.place.line) for note in found.notes if note.kind == "refused" and why in note.what] == [line]
    assert not any(case.asserts for case in found.cases)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.js", "module.exports = []"),
        ("c.py", "x"),
        ("c.xlsx", "x"),
        ("c.jsonl", "{}\n{"),
        ("c.jsonl", ""),
        ("c.json", "[1,"),
        ("c.json", "[" * 100_000),
        ("c.yaml", "a: *b"),
    ],
)
def test_files_that_are_none(tmp_path: Path, name: str, text: str) -> None:
    found = cases(tmp_path, name, text)
    assert found.cases == ()
    assert "refused" in {note.kind for note in found.notes}
