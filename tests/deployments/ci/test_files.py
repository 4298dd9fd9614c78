"""The files that a repository takes over: what GitHub and a shell would refuse, and what must never stand in them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

CI = Path(__file__).parents[3] / "deployments" / "ci"
ACTION = yaml.safe_load((CI / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = yaml.safe_load((CI / "workflow.yml").read_text(encoding="utf-8"))
SCRIPT = CI / "promptship-ci.sh"

_TEXT = {"type": "string"}
_STEP = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": _TEXT,
        "id": _TEXT,
        "if": _TEXT,
        "uses": _TEXT,
        "run": _TEXT,
        "shell": {"enum": ["bash", "sh"]},
        "env": {"type": "object", "additionalProperties": _TEXT},
        "with": {"type": "object", "additionalProperties": {"type": ["string", "boolean", "integer"]}},
    },
    "oneOf": [{"required": ["uses"]}, {"required": ["run"]}],
}
_ACTION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "description", "inputs", "runs"],
    "properties": {
        "name": _TEXT,
        "description": {"type": "string", "maxLength": 125},
        "inputs": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z-]*$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["description"],
                "properties": {"description": _TEXT, "required": {"type": "boolean"}, "default": _TEXT},
            },
        },
        "runs": {
            "type": "object",
            "additionalProperties": False,
            "required": ["using", "steps"],
            "properties": {
                "using": {"const": "composite"},
                "steps": {"type": "array", "items": {**_STEP, "dependentRequired": {"run": ["shell"]}}},
            },
        },
    },
}
_JOB = {
    "type": "object",
    "additionalProperties": False,
    "required": ["runs-on", "timeout-minutes", "steps"],
    "properties": {
        "if": _TEXT,
        "runs-on": {"pattern": r"^ubuntu-[0-9]+\.[0-9]+$"},
        "timeout-minutes": {"type": "integer"},
        "permissions": {"type": "object", "additionalProperties": {"enum": ["read", "write"]}},
        "concurrency": {"type": "object"},
        "env": {"type": "object", "additionalProperties": _TEXT},
        "steps": {"type": "array", "items": _STEP},
    },
}


def _steps() -> list[Any]:
    jobs = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    return [*ACTION["runs"]["steps"], *jobs]


def test_the_action_is_a_composite_action() -> None:
    jsonschema.validate(ACTION, _ACTION)


def test_the_workflow_is_a_workflow() -> None:
    assert set(WORKFLOW) == {"name", True, "permissions", "jobs"}
    for job in WORKFLOW["jobs"].values():
        jsonschema.validate(job, _JOB)


@pytest.mark.parametrize("step", [step for step in _steps() if "uses" in step], ids=lambda step: step["uses"][:30])
def test_actions_of_others_are_pinned_to_a_commit(step: dict[str, Any]) -> None:
    assert re.search(r"^(actions/[a-z-]+(/[a-z]+)?@[0-9a-f]{40}|\./\.github/actions/promptship)$", step["uses"])


@pytest.mark.parametrize("step", [step for step in _steps() if "run" in step], ids=lambda step: step["run"][:20])
def test_no_text_of_a_pull_request_gets_into_a_script(step: dict[str, Any]) -> None:
    """An expression in `run` is pasted in before the shell reads it; in `env` it is only a value."""
    assert "${{" not in step["run"]


def test_every_input_is_used_and_every_one_that_is_used_exists() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", (CI / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    for job in WORKFLOW["jobs"].values():
        given = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("./")]
        assert given
        assert all(set(one) <= set(ACTION["inputs"]) for one in given)


def test_strangers_get_neither_secrets_nor_a_token_that_writes() -> None:
    assert set(WORKFLOW[True]) == {"pull_request", "push"}
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_the_script_has_every_setting_of_the_action() -> None:
    script = SCRIPT.read_text()
    (step,) = [one for one in ACTION["runs"]["steps"] if one.get("name") == "promptship"]
    settings = {name for name in step["env"] if name.startswith("PROMPTSHIP_CI_")}
    assert settings <= set(re.findall(r"#   (PROMPTSHIP_CI_[A-Z_]+)", script))
    assert all(f"${{{name}:-" in script for name in settings)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_shells_can_read_the_script(shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"there is no {shell}")
    done = subprocess.run([found, "-n", str(SCRIPT)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_knows_the_mark_of_the_comment() -> None:
    from tasks.ci.comment import MARK

    assert f"mark='{MARK}'" in SCRIPT.read_text()
