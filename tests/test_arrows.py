"""What import-linter cannot say about the arrows between the folders."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REGISTRY = sorted((ROOT / "registry").rglob("*.py"))
HEAVY = ("prefect", "duckdb", "litellm")
CALLBACK = ROOT / "registry/runtime/litellm_callback.py"
"""LiteLLM loads it, so LiteLLM is there; nothing else may."""


def _imports(file: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _run(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_registry_loads_nothing_heavy() -> None:
    modules = "; ".join(f"import {_module(file)}" for file in REGISTRY if file != CALLBACK)
    loaded = _run(f"{modules}; import sys; print(*[name for name in {HEAVY} if name in sys.modules])")
    assert loaded == ""


@pytest.mark.parametrize("file", REGISTRY, ids=_module)
def test_registry_imports_itself_relatively(file: Path) -> None:
    """The folder is also a wheel under another name, where `registry` does not exist."""
    ours = {"registry", "tasks", "flows", "deployments"}
    for node in _imports(file):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        absolute = isinstance(node, ast.Import) or node.level == 0
        assert not (absolute and ours & {name.partition(".")[0] for name in names}), f"{file}:{node.lineno}"


def test_no_flow_shadows_a_module() -> None:
    """A worker puts flows/ first on sys.path."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    taken = {path.stem for path in (ROOT / "flows").glob("*.py")} & (folders | set(sys.stdlib_module_names))
    assert taken == set()
