"""The container files by schema and lint: nothing is built or started here, there is no Docker and no cluster."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deployments/docker/Dockerfile"
COMPOSE = ROOT / "deployments/docker/compose.yaml"
TEMPLATES = {kind: ROOT / f"deployments/{kind}/base-job-template.json" for kind in ("docker", "kubernetes")}
SECRETS = ("POSTGRES_PASSWORD", "PREFECT_SERVER_API_AUTH_STRING", "PROMPTSHIP_UNIT_KEY")
_KNOWN = {
    "image", "build", "init", "restart", "read_only", "tmpfs", "cap_drop", "security_opt", "environment", "volumes",
    "healthcheck", "command", "ports", "depends_on", "stop_grace_period",
}  # fmt: skip


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_copies_what_is_there_and_does_not_run_as_root() -> None:
    copied = [rest.split() for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")]
    assert copied
    for *sources, _ in copied:
        assert all((ROOT / source).exists() for source in sources)
    words = [word for word, _ in instructions()]
    assert words.index("USER") < words.index("CMD")
    assert ("USER", "promptship") in instructions()
    assert all(":" in rest.split()[0] and ":latest" not in rest for word, rest in instructions() if word == "FROM")


def test_the_image_is_installed_by_hash_and_bears_no_secret() -> None:
    commands = " && ".join(rest for word, rest in instructions() if word == "RUN")
    installs = re.findall("pip (?:install|sync)[^&]*", commands)
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    told = " ".join(rest for word, rest in instructions() if word in ("ENV", "ARG"))
    assert not re.search("PASSWORD|AUTH_STRING|_KEY|TOKEN", told)


def test_state_and_secrets_stay_out_of_the_build() -> None:
    lines = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {line[1:] for line in rules if line.startswith("!")}
    sources = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")]
    assert {source for some in sources for source in some} <= allowed


def test_every_secret_is_asked_of_the_environment() -> None:
    text = COMPOSE.read_text()
    for name in SECRETS:
        assert set(re.findall(rf"\$\{{{name}[^}}]*\}}", text)) <= set(re.findall(rf"\$\{{{name}:\?[^}}]+\}}", text))
        assert f"${{{name}:?" in text
    literal = re.findall(r"^ +\w*(?:PASSWORD|AUTH_STRING|_KEY): (?!\$\{\w+:\?)(\S+)", text, re.MULTILINE)
    assert literal == []


def test_the_server_is_on_postgresql_behind_a_password(services: dict[str, dict[str, Any]]) -> None:
    environment = services["server"]["environment"]
    assert environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"].startswith("postgresql+asyncpg://")
    assert environment["PREFECT_SERVER_API_AUTH_STRING"] == services["worker"]["environment"]["PREFECT_API_AUTH_STRING"]
    assert all(port.startswith("127.0.0.1:") for port in services["server"]["ports"])
    assert "PREFECT_SERVER_DATABASE_CONNECTION_URL" not in services["worker"]["environment"]
    assert "ports" not in services["postgres"]


def test_services_are_whole(services: dict[str, dict[str, Any]]) -> None:
    volumes = yaml.safe_load(COMPOSE.read_text())["volumes"]
    for name, service in services.items():
        assert service.keys() <= _KNOWN, name
        assert all(volume.split(":")[0] in volumes for volume in service.get("volumes", []))
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            assert how["condition"] != "service_healthy" or "healthcheck" in services[needed]
        if name != "postgres":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_prefects_settings_are_prefects() -> None:
    """A setting that is spelled wrongly is ignored without a word."""
    from prefect.settings import Settings

    known = _names(Settings)
    used = set(re.findall(r"\bPREFECT_\w+(?=:)", COMPOSE.read_text())) | set(
        re.findall(r"\bPREFECT_\w+(?==)", DOCKERFILE.read_text())
    )
    assert len(used) > 10
    assert used - known == set()


def _names(model: Any, prefix: str = "PREFECT_") -> set[str]:
    """Every environment variable of a settings model: by its path, and by its aliases."""
    found: set[str] = set()
    for name, info in model.model_fields.items():
        aliases = getattr(info.validation_alias, "choices", [])
        found |= {alias.upper() for alias in aliases if isinstance(alias, str)} | {f"{prefix}{name.upper()}"}
        if hasattr(info.annotation, "model_fields"):
            found |= _names(info.annotation, f"{prefix}{name.upper()}_")
    return found


def template_of(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(TEMPLATES[kind].read_text())
    return found


@pytest.mark.parametrize("kind", TEMPLATES)
def test_the_job_template_is_one_that_prefect_takes(kind: str) -> None:
    from prefect.server.schemas.actions import WorkPoolCreate

    template = template_of(kind)
    WorkPoolCreate(name="promptship", type=kind, base_job_template=template)
    used = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(template["job_configuration"])))
    assert used == template["variables"]["properties"].keys()
    assert all(one["description"].endswith(".") for one in template["variables"]["properties"].values())


@pytest.mark.parametrize("kind", TEMPLATES)
def test_the_defaults_of_the_job_template_fit_it(kind: str) -> None:
    variables = template_of(kind)["variables"]
    jsonschema.Draft202012Validator.check_schema(variables)
    defaults = {name: one["default"] for name, one in variables["properties"].items() if "default" in one}
    jsonschema.validate(defaults | {"image": "promptship@sha256:0"}, variables)
    with pytest.raises(jsonschema.ValidationError, match="image"):
        jsonschema.validate(defaults, variables)


def test_a_run_in_kubernetes_is_started_once_and_without_rights() -> None:
    job = template_of("kubernetes")["job_configuration"]["job_manifest"]
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (job["apiVersion"], job["kind"], job["spec"]["backoffLimit"]) == ("batch/v1", "Job", 0)
    assert (pod["restartPolicy"], pod["automountServiceAccountToken"]) == ("Never", False)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    assert container["envFrom"] == [{"secretRef": {"name": "{{ secret }}"}}]


def test_a_run_in_docker_has_the_rights_and_the_places_of_the_compose_file(services: dict[str, dict[str, Any]]) -> None:
    template, compose = template_of("docker"), yaml.safe_load(COMPOSE.read_text())
    defaults = {name: one.get("default") for name, one in template["variables"]["properties"].items()}
    job, worker = template["job_configuration"], services["worker"]
    own = job["container_create_kwargs"]
    assert {name: own[name] for name in ("init", "read_only", "cap_drop", "security_opt")} == {
        name: worker[name] for name in ("init", "read_only", "cap_drop", "security_opt")
    }
    assert list(own["tmpfs"]) == worker["tmpfs"]
    assert job["privileged"] is False
    assert defaults["volumes"] == [f"{compose['name']}_{volume}" for volume in worker["volumes"]]
    assert defaults["networks"] == [f"{compose['name']}_default"]


def test_a_secret_in_a_job_template_is_a_block(services: dict[str, dict[str, Any]]) -> None:
    env = template_of("docker")["variables"]["properties"]["env"]["default"]
    assert env.keys() == {"PROMPTSHIP_UNIT_KEY"} < services["worker"]["environment"].keys()
    assert all(re.fullmatch(r"\{\{ prefect\.blocks\.secret\.[a-z-]+ \}\}", value) for value in env.values())
