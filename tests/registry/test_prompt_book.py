from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_prompts_are_had_by_name_and_version(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.prompt_book import PromptBook

    monkeypatch.setenv("PROMPTSHIP_REGISTRY", str(root))
    monkeypatch.setenv("PROMPTSHIP_HOME", str(root))
    greeting = PromptBook().get("greet", version="v1").render(name="Ana")
    assert greeting == [{"role": "user", "content": "Greet Ana."}]


def test_import_is_cheap_and_prompts_is_no_folder() -> None:
    script = """
import sys, registry
heavy = {"pydantic", "yaml", "jinja2", "prefect", "duckdb", "litellm"} & set(sys.modules)
assert not heavy, heavy
from registry import prompts
assert prompts.get.__name__ == "get"
heavy = {"prefect", "duckdb", "litellm", "numpy", "jsonschema"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
