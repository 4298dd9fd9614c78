"""The SDK as an application has it: the wheel, in an environment of its own, beside a team's own repository."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import registry
from deployments.cli import main

SOURCE = Path(registry.__file__).parent
UV = next(
    path
    for folder in (Path(sys.executable).parent, SOURCE.parent / ".venv" / "bin")
    if (path := folder / "uv").is_file()
)
DATA = {"environments.yaml", "metrics.yaml", "py.typed", "policies/default.yaml", "runtime/bucket_vectors.json"}

APPLICATION = """
import asyncio, json, sys

for name in ("prefect", "duckdb", "litellm", "registry", "tasks", "flows", "deployments"):
    sys.modules[name] = None  # importing it is an error now

import promptship
assert not {"pydantic", "yaml", "jinja2"} & set(sys.modules)
from datetime import UTC, datetime
from promptship import Client, prompts
from promptship.catalog import Catalog
from promptship.roots import Roots
from promptship.runtime import drivers, routes_change
from promptship.runtime.artifact_file import from_behavior
from promptship.runtime.publishing import LocalPublisher
from promptship.runtime.routes import Pinned

class Echo:
    def complete(self, request):
        return drivers.Reply(text=json.dumps({"product": request.messages[-1]["content"].split()[1]}))
    async def acomplete(self, request):
        return self.complete(request)
    def close(self):
        pass

drivers.register("llama_cpp", lambda model: Echo())
version = prompts.get("product-name", version="v1")
rendered = version.render(message="lamp is broken")
roots = Roots.find()
catalog, publisher = Catalog(roots.registry), LocalPublisher(roots.artifacts, roots.routes)
behavior = catalog.behavior(version)
publisher.put_artifact(from_behavior(behavior))
publisher.put_models("production", catalog.models)
table = publisher.read_table("production")
live = routes_change.go_live(table, version.id, version.use_case, Pinned(version="v1", behavior=behavior.sha))
publisher.swap(routes_change.stamped(live, operation="op_1", at=datetime.now(UTC), by="test"), 0)
by_use_case = prompts.get(use_case=version.use_case, environment="production").render(message="lamp is broken")
assert by_use_case[-1] == rendered[-1]
with Client("production") as client:
    resolved = client.resolve(use_case=version.use_case, unit="u1")
    answers = [client.call(version.id, {"message": "lamp is broken"}),
               asyncio.run(client.acall(version.id, {"message": "rug is torn"}))]
print(json.dumps({
    "file": promptship.__file__, "rendered": rendered[-1]["content"], "behavior": resolved.behavior == behavior.sha,
    "version": resolved.version, "values": [answer.value for answer in answers],
    "heavy": [name for name in ("prefect", "duckdb", "litellm") if sys.modules.get(name)],
}))
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without network: with the installed hatchling, else with the one that set this environment up."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else ["--offline"]
    run(UV, "build", "--wheel", *isolation, "--python", sys.executable, "--out-dir", folder, cwd=SOURCE)
    (found,) = folder.glob("promptship-*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what it depends on is read from where the tests have it."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    found = folder / "bin" / "python"
    run(UV, "pip", "install", "--offline", "--no-deps", "--python", found, wheel, cwd=folder)
    site = run(found, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return found


def test_it_holds_the_code_and_no_prompts(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    names = {Path(name).relative_to("promptship") for name in inside if "dist-info" not in name}
    assert {str(name) for name in names} >= DATA | {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py")}
    assert not [name for name in names if name.parts[0] == "prompts" or name.name in ("models.yaml", "registry.lock")]


def test_an_application_gets_renders_resolves_and_calls(python: Path, tmp_path: Path) -> None:
    team = tmp_path / "team"
    assert main.run(["init", str(team)]) == 0
    said: dict[str, Any] = json.loads(run(python, "-I", "-c", APPLICATION, cwd=team))
    assert Path(said["file"]).is_relative_to(python.parents[1])
    assert "lamp is broken" in said["rendered"]
    assert (said["version"], said["behavior"], said["heavy"]) == ("v1", True, [])
    assert [value["product"] for value in said["values"]] == ["lamp", "rug"]


def test_the_pipeline_asks_for_no_other_versions() -> None:
    """What one environment can hold both ways."""
    import tomllib

    own = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]
    pipeline = tomllib.loads((SOURCE.parent / "pyproject.toml").read_text())["project"]
    assert set(own["dependencies"]) <= set(pipeline["dependencies"])
    assert own["version"] == pipeline["version"]
    assert set(own["optional-dependencies"]["hosted"]) <= set(pipeline["dependencies"])
    assert own["optional-dependencies"]["local"] == pipeline["optional-dependencies"]["local"]
