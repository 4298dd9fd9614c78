"""What people get wrong ends in one message that says what was found, what was expected and what to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import sql
from tasks.ledger.flock import flock
from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]
_RENDER = ("prompt", "render", PROMPT)

UNKNOWN = [
    (("prompt", "render", "parcel-sart", "v1"), "PS-E102", PROMPT),
    (("release", "start", "parcel-sart", "v1", "-e", "demo"), "PS-E102", PROMPT),
    (("live", "pin", "parcel-sart", "v1", "--reason", "x", "-e", "demo"), "PS-E102", PROMPT),
    (("eval", "run", "parcel-sart", "v1"), "PS-E102", PROMPT),
    ((*_RENDER, "v9"), "PS-E103", "v3"),
    (("release", "start", PROMPT, "v9", "-e", "demo"), "PS-E103", "v3"),
    (("release", "start", PROMPT, "../v1", "-e", "demo"), "PS-E103", "v3"),
    (("eval", "run", PROMPT, "v9"), "PS-E103", "v3"),
    (("release", "start", PROMPT, "live", "-e", "demo"), "PS-E104", "version"),
    ((*_RENDER, "demo"), "PS-E303", "no live version"),
    ((*_RENDER, "demoo"), "PS-E103", "Did you mean 'demo'"),
    ((*_RENDER, "3"), "PS-E103", "Did you mean 'v3'"),
    (("rollback", "parcel-sart", "--reason", "x", "-e", "demo"), "PS-E102", PROMPT),
    (("rollback", PROMPT, "--reason", "x", "-e", "demoo"), "PS-E108", "demo"),
    (("live", "show", "parcel-sart", "-e", "demo"), "PS-E102", PROMPT),
    (("live", "pin", PROMPT, "v1", "--reason", "x", "-e", "demoo"), "PS-E108", "demo"),
    (("changelog", "--prompt", "parcel-sart"), "PS-E102", PROMPT),
    (("changelog", "-e", "demoo"), "PS-E108", "demo"),
    (("snippet", "list", "tone"), "PS-E102", "snippet list"),
    (("release", "start", PROMPT, "v1", "-e", "demoo"), "PS-E108", "demo"),
    (("live", "show", "-e", "demoo"), "PS-E108", "demo"),
    ((*_RENDER, "v1"), "PS-E200", "`message` is missing"),
    ((*_RENDER, "v1", "--var", "message=x", "--var", "mesage=x"), "PS-E200", "mesage"),
    ((*_RENDER, "v1", "--var", f"message={'x' * 401}"), "PS-E200", "400"),
    (("rollback", PROMPT, "--reason", "x", "-e", "demo"), "PS-E303", "no live version"),
    (("evalset", "check", "nothing"), "PS-E500", "parcel-sort"),
    (("release", "status", "rel_0"), "PS-E702", "release list"),
    (("report", "rel_0"), "PS-E702", "release list"),
]


@pytest.mark.parametrize(("arguments", "code", "word"), UNKNOWN)
def test_names_and_values(place: Place, promptship: Promptship, arguments: Any, code: str, word: str) -> None:
    said = promptship(*arguments)
    _is_one_message(said, code, word)
    error = promptship(*arguments, "--json").document["error"]
    assert error["code"] == code
    assert all(error[part] for part in ("found", "expected", "fix"))


BROKEN = [
    ("risk: low", "risk: [low", "no YAML"),
    ("risk: low", "risk: lowest", "lowest"),
    ("risk: low", "riks: low", "riks"),
    ("{temperature: 0.0,", "{temperature: hot,", "hot"),
    ("{{type: string, maxLength: 400".replace("{{", "{"), "{type: text, maxLength: 400", "text"),
    ("version: v1", "version: v2", "v2"),
    ("model: parrot", "model: parott", "parott"),
]


@pytest.mark.parametrize(("text", "wrong", "word"), BROKEN)
@pytest.mark.parametrize(
    "arguments", [("prompt", "lint", PROMPT, "v1"), ("release", "start", PROMPT, "v1", "-e", "demo")]
)
def test_a_mistake_in_the_file(
    place: Place, promptship: Promptship, text: str, wrong: str, word: str, arguments: tuple[str, ...]
) -> None:
    path = place.roots.registry / "prompts" / PROMPT / "v1.yaml"
    written = path.read_text()
    assert text in written
    path.write_text(written.replace(text, wrong))
    before = path.read_bytes()
    said = promptship(*arguments)
    shown, code = (said.out, "PS100") if arguments[1] == "lint" else (said.err, "PS-E1")
    assert said.code == 3
    assert code in shown
    assert word in shown
    assert "Traceback" not in said.out + said.err
    assert path.read_bytes() == before


def test_a_broken_output_schema_is_a_finding(place: Place, promptship: Promptship) -> None:
    """The file can be read, so it is a reject, and lint says where and why."""
    path = place.roots.registry / "prompts" / PROMPT / "v1.yaml"
    path.write_text(path.read_text().replace("type: object,", "type: objekt,"))
    said = promptship("prompt", "lint", PROMPT, "v1", "--json")
    assert said.code == 1
    found = [finding for finding in said.document["findings"] if "objekt" in str(finding)]
    assert found
    assert all(found[0][part] for part in ("found", "expected", "fix"))


def test_a_wrong_type(place: Place, promptship: Promptship) -> None:
    path = place.roots.registry / "prompts" / PROMPT / "v4.yaml"
    text = (place.roots.registry / "prompts" / PROMPT / "v1.yaml").read_text()
    declared = "message: {type: integer, minimum: 1}"
    path.write_text(
        text.replace("version: v1", "version: v4").replace(
            "message: {type: string, maxLength: 400, untrusted: true}", declared
        )
    )
    _is_one_message(promptship(*_RENDER, "v4", "--var", "message=many"), "PS-E200", "a whole number")
    assert "5" in promptship(*_RENDER, "v4", "--var", "message=5").out


def test_a_locked_ledger(place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch) -> None:
    place.store.migrate()
    monkeypatch.setattr(sql, "_WAIT_S", 0.2)
    before = place.files()
    with held(place.roots.ledger):
        said = promptship("sql", "SELECT 1")
    _is_one_message(said, "PS-E601", "changelog.duckdb")
    assert place.files() == before
    assert promptship("sql", "SELECT 1").code == 0


def held(ledger: Path) -> Any:
    """The ledger as another process has it that writes for a long time."""
    return flock(ledger.with_name(f"{ledger.name}.lock"), shared=False, deadline=time.monotonic() + 5)


def _is_one_message(said: Any, code: str, word: str) -> None:
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith(f"{code}: ")
    assert word in said.err
    assert "Expected: " in said.err
    assert "Traceback" not in said.err
