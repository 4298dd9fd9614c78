from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.artifact import PromptVersion
from registry.errors import InvalidFile
from registry.files import MAX_BYTES, load, parse
from registry.problem import Problem

PATH = Path("registry/prompts/greet/v1.yaml")


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidFile) as caught:
        parse(text, PromptVersion, PATH)
    return caught.value.problems


def changed(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(("old", "new", "line", "column", "where", "expected", "fix"), [
    ("risk: low", "risk: lo", 6, 7, "risk", "'low' or 'medium' or 'high'", "write low"),
    ("risk: low", "risk: 7", 6, 7, "risk", "'low' or 'medium' or 'high'", "write one of these"),
    ("version: v1", "version: 1", 2, 10, "version", "text like 'v3'", "write it like v3"),
    ("version: v1", "version: v01", 2, 10, "version", "text like 'v3'", "correct the spelling"),
    ("id: greet", "id: Greet me", 1, 5, "id", "text like 'order-extract'", "correct the spelling"),
    ("owner: team", "", 1, 1, "owner", "text", "add `owner: ...`"),
    ("owner: team", "owner: 5", 5, 8, "owner", "text", 'put it in quotes: "5"'),
    ("owner: team", "owner:", 5, 7, "owner", "text", "write text here"),
    ("owner: team", "ownr: team", 5, 1, "ownr", "id, version, use_case", "did you mean 'owner'"),
    ("risk: low", "risk: low\nseed: 7", 7, 1, "seed", "id, version", "put it under 'decoding'"),
    ("risk: low", "risk: low\ncolour: 7", 7, 1, "colour", "id, version", "remove it"),
    ("maxLength: 20", "maxLength: 0", 10, 35, "variables.name.maxLength", "greater than or equal to 1", "correct"),
    ("type: string", "type: text", 10, 16, "variables.name.type", "'string'", "write one of these"),
    ("  name:", "  for:", 10, 3, "variables", "letters, digits and _", "rename it"),
    ("temperature: 0.0", "temperature: hot", 8, 25, "decoding.temperature", "a number", "correct the value"),
    ("messages:\n", "messages: hi\nx:\n", 11, 11, "messages", "a list", "correct the value"),
    ("why:", "guards: [{metric: cost}]\n  why:", 15, 12, "change.guards[0]", "exactly one of", "one guard for each"),
    ("why:", "guards: [{metric: cost, max: 1, within: 3}]\n  why:", 15, 43, "change.guards[0].within", "ms, s", "15m"),
    ("why:", "expected: [{metric: cost, direction: up}]\n  why:", 15, 14, "change.expected[0]", "`by` with up", "add"),
])  # fmt: skip
def test_a_wrong_place_is_named_with_what_to_do(
    prompt_text: str, old: str, new: str, line: int, column: int, where: str, expected: str, fix: str
) -> None:
    assert old in prompt_text
    found = {problem.where: problem for problem in problems(prompt_text.replace(old, new, 1))}
    problem = found[where]
    assert (problem.line, problem.column) == (line, column)
    assert expected in problem.expected
    assert fix in problem.fix


def test_a_misspelled_key_is_one_problem(prompt_text: str) -> None:
    assert [problem.where for problem in problems(prompt_text.replace("decoding:", "decodng:"))] == ["decodng"]


def test_a_value_that_fits_no_type_of_a_union_is_one_problem(prompt_text: str) -> None:
    text = prompt_text.replace("maxLength: 20", "default: [1]")
    assert [problem.where for problem in problems(text)] == ["variables.name.default"]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(prompt_text: str) -> None:
    text = prompt_text.replace("risk: low", "risk: lo").replace("id: greet", "id: G").replace("change:", "chnge:")
    with pytest.raises(InvalidFile) as caught:
        parse(text + "id: again\n", PromptVersion, PATH)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{PATH} has 4 problems:"
    assert [line.split(":")[1] for line in lines[1:5]] == ["1", "6", "13", "16"]
    assert lines[5] == "Expected: a file without these. Correct each of these places."


def test_one_problem_is_one_sentence(prompt_text: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse(prompt_text.replace("risk: low", "risk: lo"), PromptVersion, PATH)
    place = f"{PATH}:6:7: risk: 'lo'"
    assert str(caught.value) == f"{place}. Expected: 'low' or 'medium' or 'high'. Write low."


@pytest.mark.parametrize("text", ["", "- 1", "hello", "# only a comment"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    assert [problem.expected for problem in problems(text)] == ["a mapping"]


@pytest.mark.parametrize(("content", "found"), [
    (None, "no such file"),
    (b"a: \xff\n", "0xff is no UTF-8"),
    (b"a" * (MAX_BYTES + 1), "bytes"),
])  # fmt: skip
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, found: str) -> None:
    path = tmp_path / "v1.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidFile, match=found):
        load(path, PromptVersion)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="cannot be read"):
        load(tmp_path, PromptVersion)


def test_a_byte_order_mark_is_no_text(tmp_path: Path, prompt_text: str) -> None:
    path = tmp_path / "v1.yaml"
    path.write_text(prompt_text, encoding="utf-8-sig")
    assert load(path, PromptVersion).id == "greet"
