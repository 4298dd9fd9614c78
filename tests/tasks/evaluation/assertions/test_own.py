from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest
from pydantic import ValidationError

from registry.artifact import Output
from registry.errors import SettingsError
from tasks.evaluation.answer import Answer
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.assertions import own
from tasks.evaluation.assertions.kind import Kind, Params, Result, binary, text
from tasks.evaluation.case import Case
from tasks.evaluation.scoring import judge

CASE = Case.model_validate({"id": "c1", "split": "dev", "variables": {}})


def shouts(answer: Answer, params: Params) -> Result:
    return binary(answer.text == params.value.upper(), f"found {answer.text!r}")


KIND = Kind(shouts, text)
NO_KIND = "something else"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What is declared is read once a process."""
    own.declared.cache_clear()
    own.kind.cache_clear()
    yield
    own.declared.cache_clear()
    own.kind.cache_clear()


def declare(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    found = [EntryPoint(name, f"no_such_package:{value}", own.GROUP) for name, value in points]
    monkeypatch.setattr(own, "entry_points", lambda group: found)


def test_a_package_adds_a_type_and_its_opposite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EntryPoint, "load", lambda self: KIND)
    declare(monkeypatch, ("acme.shouts", "KIND"))
    for type_, status in (("acme.shouts", "passed"), ("not-acme.shouts", "failed")):
        assertion = Assertion.model_validate({"type": type_, "value": "hey"})
        assert judge([assertion], CASE, Answer("HEY"), Output())[0].status == status
    with pytest.raises(ValidationError, match="wants a text"):
        Assertion.model_validate({"type": "acme.shouts", "value": 3})
    with pytest.raises(ValidationError, match=r"'acme\.whispers'"):
        Assertion.model_validate({"type": "acme.whispers", "value": "hey"})


@pytest.mark.parametrize(
    "points",
    [[("equals", "KIND")], [("acme", "KIND")], [("not-acme.a", "KIND")], [("acme.a", "KIND"), ("acme.a", "NO_KIND")]],
    ids=["ours", "no dot", "not", "twice"],
)
def test_a_name_that_could_be_mistaken_is_refused(
    monkeypatch: pytest.MonkeyPatch, points: list[tuple[str, str]]
) -> None:
    declare(monkeypatch, *points)
    with pytest.raises(SettingsError, match="cannot be used"):
        own.declared()


def test_what_does_not_load_is_said_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, ("acme.gone", "KIND"), ("acme.odd", "NO_KIND"))
    with pytest.raises(SettingsError, match=r"'acme\.gone' cannot be loaded from .*: ModuleNotFoundError"):
        own.kind("acme.gone")
    monkeypatch.setattr(EntryPoint, "load", lambda self: NO_KIND)
    with pytest.raises(SettingsError, match="it is a str"):
        own.kind("acme.odd")
