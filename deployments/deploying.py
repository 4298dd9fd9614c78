"""Bring a Prefect server to what the files say: work pool, deployments, their forms, automations. Safe to repeat.

The server is the one that this process's Prefect settings name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from deployments import automations, child, forms
from deployments.worker import POOL, ROOT
from registry.errors import SettingsError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

    from registry.roots import Roots

TAG = "promptship"
"""Deployments of ours bear it: one that bears it and is in no file any more is removed."""

FILE = Path("deployments/prefect.yaml")


class Deployed(NamedTuple):
    """What the server has now, by name, and what it had and has no more."""

    deployments: tuple[str, ...]
    removed: tuple[str, ...]
    automations: tuple[str, ...]


def deploy(root: Path, roots: Roots, file: Path = FILE) -> Deployed:
    """Deploy what `file` declares, for the code in `root` and with the choices of this registry.

    Raises SettingsError when there is no server, or when it does not accept something.
    """
    from prefect.client.orchestration import get_client

    url = require_server()
    with get_client(sync_client=True) as client:
        create_pool(client)
        run({**os.environ, "PREFECT_API_URL": url}, root, root / file)
        ours = _ours(client)
        declared = {entry["name"] for entry in yaml.safe_load((root / file).read_text())["deployments"]}
        gone = [one for one in ours if one.name not in declared]
        for one in gone:
            client.delete_deployment(one.id)
        kept = [one for one in ours if one.name in declared]
        choices = forms.choices(roots)
        for one in kept:
            forms.offer(client, one, choices)
        upserted = automations.upsert(client, {one.name: one.id for one in kept}, os.environ)
    return Deployed(_names(kept), _names(gone), tuple(upserted))


def run(environment: dict[str, str], root: Path, file: Path) -> None:
    """Prefect's own `deploy`; entrypoints are relative to `root`. Raises SettingsError.

    The root is unset meanwhile: `{{ $PROMPTSHIP_ROOT }}` has to be stored as it is, for the worker to fill in.
    """
    cleared = {name: value for name, value in environment.items() if name != ROOT}
    command = child.prefect("deploy", "--all", "--prefect-file", str(file))
    child.run("prefect deploy", command, cleared, cwd=root)


def create_pool(client: SyncPrefectClient) -> None:
    """The work pool, of processes on the worker's machine unless it exists and is of another kind."""
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound

    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))


def require_server() -> str:
    """The address of the server that Prefect's settings name. Raises SettingsError when they name none."""
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    if not url:
        raise SettingsError(
            "no Prefect server is named",
            expected="its address in PREFECT_API_URL or in Prefect's profile",
            fix="Start one with `promptship serve`, or `export PREFECT_API_URL=http://127.0.0.1:4200/api`",
        )
    return str(url)


def _ours(client: SyncPrefectClient) -> list[DeploymentResponse]:
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    return client.read_deployments(deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])), limit=200)


def _names(found: list[DeploymentResponse]) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in found))
