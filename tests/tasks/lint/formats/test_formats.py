"""The four formats of the same findings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tasks.lint.finding import Finding, Severity
from tasks.lint.formats.written import FORMATS, written
from tasks.lint.lint import LintReport
from tasks.lint.linting import Linted
from tasks.lint.suppression import Suppressed
from tasks.release.verdict import Verdict

PATH = "registry/prompts/order extract/v3.yaml"
ERROR = Finding("PS108", Severity.ERROR, 12, "100 % bare:\n::error::no", "a delimiter", "Write <m>, then go on")
WARNING = Finding("PS127", Severity.WARNING, None, "hidden \u202e here", "text as it looks", "Delete it")
STANDS = Suppressed(Finding("PS113", Severity.WARNING, 7, "planted", "data", "Remove it"), "an example, by Ana")
LINTED = [
    Linted("order-extract", "v3", PATH, LintReport((ERROR, WARNING), Verdict.REJECT, None, (STANDS,))),
    Linted("reply-draft", "v1", "registry/prompts/reply-draft/v1.yaml", LintReport((), Verdict.PASS, None)),
]
CLEAN = LINTED[1:]

TEXT: dict[str, Any] = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "pattern": "^[a-z-]+$"},
        "shortDescription": TEXT,
    },
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "properties": {"uri": {"type": "string", "pattern": r"^[^\s\\]+$"}},
                },
                "region": {"type": "object", "properties": {"startLine": {"type": "integer", "minimum": 1}}},
            },
        }
    },
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION},
        "suppressions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"enum": ["inSource", "external"]}, "justification": {"type": "string"}},
            },
        },
    },
    "additionalProperties": False,
}
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "items": RULE, "uniqueItems": True},
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""The parts of the 2.1.0 schema that are used."""


def sarif(linted: list[Linted]) -> Any:
    return json.loads(written(linted, "sarif"))


@pytest.mark.parametrize("linted", [LINTED, CLEAN, []])
def test_sarif_keeps_to_its_schema(linted: list[Linted]) -> None:
    assert list(Draft202012Validator(SARIF).iter_errors(sarif(linted))) == []


def test_sarif_says_what_was_found_where() -> None:
    (run,) = sarif(LINTED)["runs"]
    rules = run["tool"]["driver"]["rules"]
    first, second, third = run["results"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["PS108", "PS127", "PS113"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "registry/prompts/order%20extract/v3.yaml"},
        "region": {"startLine": 12},
    }
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert [first["level"], second["level"]] == ["error", "warning"]
    assert third["suppressions"] == [{"kind": "inSource", "justification": "an example, by Ana"}]
    assert "suppressions" not in first


def test_github_commands_are_escaped() -> None:
    first, second = written(LINTED, "github").splitlines()
    assert first == (
        f"::error file={PATH},line=12,title=PS108 order-extract@v3::"
        "100 %25 bare:%0A::error::no. Expected: a delimiter. Write <m>, then go on."
    )
    assert second.startswith(f"::warning file={PATH},title=PS127 order-extract@v3::hidden")


def test_github_fields_are_escaped() -> None:
    odd = Linted("a", "v1", "c:/x,y%.yaml", LintReport((ERROR,), Verdict.REJECT, None))
    assert written([odd], "github").startswith("::error file=c%3A/x%2Cy%25.yaml,line=12,")


def test_text_shows_what_is_hidden() -> None:
    lines = written(LINTED, "text").splitlines()
    assert lines[0] == f"{PATH}:12: PS108 error: 100 % bare:\\u000a::error::no."
    assert lines[2] == f"{PATH}: PS127 warning: hidden \\u202e here."
    assert lines[-2:] == [f"{PATH}:7: PS113 suppressed: an example, by Ana", "2 versions: 1 error, 1 warning"]


def test_json_is_one_document() -> None:
    document = json.loads(written(LINTED, "json"))
    assert (document["kind"], document["verdict"]) == ("lint", "reject")
    assert document["linted"] == ["order-extract@v3", "reply-draft@v1"]
    assert document["findings"][0]["path"] == PATH
    assert [entry["reason"] for entry in document["suppressed"]] == ["an example, by Ana"]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found(form: str) -> None:
    said = written(CLEAN, form)
    assert said == "reply-draft@v1: nothing found" if form == "text" else "error" not in said.replace('"errors', "")
