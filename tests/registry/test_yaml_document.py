from __future__ import annotations

from typing import Any

import pytest

from registry.yaml_document import Document, dotted


@pytest.mark.parametrize(("text", "value"), [
    ("no", "no"), ("on", "on"), ("yes", "yes"), ("true", True), ("False", False), ("~", None), ("null", None),
    ("1e-3", 0.001), ("1.5", 1.5), (".5", 0.5), ("-3", -3), ("0x1F", 31), ("0o17", 15), ("2025-10-01", "2025-10-01"),
    ("12:30", "12:30"), ("1_000", "1_000"), ("v3", "v3"), ("'5'", "5"), ("!!str 5", "5"), ("010", 10),
])  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    document = Document(f"a: {text}")
    assert document.problems == []
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


@pytest.mark.parametrize(("text", "line", "column", "found"), [
    ("a: 1\nb: 2\na: 3", 3, 1, "first on line 1"),
    ("a: .nan", 1, 4, "'.nan'"),
    ("a: -.inf", 1, 4, "'-.inf'"),
    ("a: 9007199254740993", 1, 4, "'9007199254740993'"),
    ("a: !!python/object/apply:os.system [x]", 1, 4, "the tag"),
    ("a: !!binary aGk=", 1, 4, "aGk="),
    ("a: !own x", 1, 4, "'x'"),
    ("a: {{ x }}", 1, 5, "a key that is a list or a mapping"),
    ("x: &x {b: 1}\na:\n  <<: *x", 3, 3, "merge key"),
    ("a: &a [*a]", 1, 4, "aliases do not end"),
    ("a:\n\tb: 1", 2, 1, "no YAML"),
    ("a: b: c", 1, 5, "no YAML"),
    ("a: [1", 1, 6, "no YAML"),
    ("a: 1\n---\nb: 2", 2, 1, "no YAML"),
    ("a: \x01", 1, 1, "no YAML"),
])  # fmt: skip
def test_what_is_refused_and_where(text: str, line: int, column: int, found: str) -> None:
    problem = Document(text).problems[0]
    assert (problem.line, problem.column) == (line, column)
    assert found in problem.found


def test_a_bomb_of_aliases_ends_soon() -> None:
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    assert "aliases do not end" in Document("\n".join(lines)).problems[0].found


def test_deep_nesting_is_a_problem_and_no_crash() -> None:
    assert "too deep" in Document("[" * 5000).problems[0].found


def test_aliases_within_bounds_are_values() -> None:
    assert Document("a: &x [1]\nb: *x").data == {"a": [1], "b": [1]}


def test_places_of_keys_and_values() -> None:
    document = Document("a:\n  - b: 1\n    c: 2\n")
    assert document.place(("a", 0, "c")) == (3, 8)
    assert document.place(("a", 0, "c"), of_key=True) == (3, 5)
    assert document.place(("a", 0, "missing")) == (2, 5)
    assert document.place(()) == (1, 1)


def test_dotted() -> None:
    assert dotted(("messages", 0, "role")) == "messages[0].role"
