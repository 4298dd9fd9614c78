"""`promptship prompt lint`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.world import PROMPT


def _break(place: Any, old: str, new: str) -> None:
    path = place.roots.registry / "prompts" / PROMPT / "v2.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_all_versions(place: Any, promptship: Callable[..., Any]) -> None:
    said = promptship("prompt", "lint", "--json")
    assert said.code == 0
    assert said.document["linted"] == [f"{PROMPT}@v1", f"{PROMPT}@v2", f"{PROMPT}@v3"]


def test_errors_are_exit_code_1(place: Any, promptship: Callable[..., Any]) -> None:
    _break(place, "{{ message }}", "{{ mesage }}")
    said = promptship("prompt", "lint", PROMPT, "v2", "--format", "github")
    assert said.code == 1
    assert said.out.startswith("::error file=")


def test_unreadable_is_exit_code_3(place: Any, promptship: Callable[..., Any]) -> None:
    _break(place, "temperature: 0.0, ", "")
    said = promptship("prompt", "lint", PROMPT, "--format", "sarif")
    assert said.code == 3
    assert [result["ruleId"] for result in json.loads(said.out)["runs"][0]["results"]] == ["PS100"]


def test_a_guard_that_cannot_be_tested(place: Any, promptship: Callable[..., Any]) -> None:
    few = promptship("prompt", "lint", PROMPT, "v2", "--json", "--units-per-day", "10")
    assert {finding["code"] for finding in few.document["findings"]} == {"PS110", "PS125"}
    many = promptship("prompt", "lint", PROMPT, "v2", "--json", "--units-per-day", "1000000")
    assert {finding["code"] for finding in many.document["findings"]} == {"PS110"}


@pytest.mark.parametrize("arguments", [("nonsense",), (PROMPT, "v9"), ("--units-per-day", "5", "-e", "prod")])
def test_names_that_there_are_not(place: Any, promptship: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    assert promptship("prompt", "lint", *arguments).code == 3


def test_a_format_that_there_is_not(place: Any, promptship: Callable[..., Any]) -> None:
    assert promptship("prompt", "lint", "--format", "xml").code == 64
