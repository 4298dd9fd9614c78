"""What the deployment file must keep to, without a server."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "deployments/prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = pytest.mark.parametrize("deployment", FILE["deployments"], ids=lambda deployment: deployment["name"])


def test_the_worker_fills_in_the_root() -> None:
    assert FILE["pull"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $PROMPTSHIP_ROOT }}"}}
    ]


@DEPLOYMENTS
def test_it_says_what_it_does(deployment: dict[str, Any]) -> None:
    assert deployment["description"].strip()
    assert "promptship" in deployment["tags"]


@DEPLOYMENTS
def test_it_outlives_its_worker(deployment: dict[str, Any]) -> None:
    assert deployment["work_pool"]["job_variables"] == {"stream_output": False}


@DEPLOYMENTS
def test_its_flow_exists(deployment: dict[str, Any]) -> None:
    path, _, name = deployment["entrypoint"].partition(":")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
