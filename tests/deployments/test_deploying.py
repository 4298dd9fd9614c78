"""A real server, brought to what the files say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from uuid import uuid4

import pytest

from deployments import automations
from deployments.deploying import Deployed, deploy
from registry.errors import SettingsError
from registry.roots import Roots
from tests.deployments.conftest import ROOT, Local, pointing
from tests.polling import until

pytestmark = pytest.mark.prefect

HEAD = """
name: tests
pull:
  - prefect.deployments.steps.set_working_directory: {directory: "{{ $PROMPTSHIP_ROOT }}"}
deployments:
"""
ENTRY = """
  - name: NAME
    description: For a test.
    entrypoint: flows/ENTRY
    tags: [promptship]
    work_pool: {name: promptship}
"""


def _file(folder: Path, **flows: str) -> Path:
    file = folder / "prefect.yaml"
    entries = (ENTRY.replace("NAME", name.replace("_", "-")).replace("ENTRY", entry) for name, entry in flows.items())
    file.write_text(HEAD + "".join(entries))
    return file


class Ear(HTTPServer):
    """Hears webhooks."""

    heard: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


FLOWS = {name: f"{name}.py:{name}" for name in ("release", "rollback", "rehearse_rollback")}


class Deployer(NamedTuple):
    """A server on which release, rollback and rehearsal are deployed; the webhook has an address."""

    local: Local
    ear: Ear
    folder: Path
    done: Deployed

    def again(self, **flows: str) -> Deployed:
        return deploy(ROOT, Roots.find(cwd=ROOT), _file(self.folder, **flows))

    def automations(self) -> list[str]:
        return sorted(one["name"] for one in self.local.ask("automations/filter", {}))


@pytest.fixture(scope="module")
def deployed(local: Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    ear, folder = Ear(("127.0.0.1", 0), _Handler), tmp_path_factory.mktemp("deploying")
    ear.heard = []
    thread = threading.Thread(target=ear.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch, pointing(local):
        patch.setenv("PROMPTSHIP_WEBHOOK_URL", f"http://127.0.0.1:{ear.server_port}/hook")
        yield Deployer(local, ear, folder, deploy(ROOT, Roots.find(cwd=ROOT), _file(folder, **FLOWS)))
    ear.shutdown()
    ear.server_close()
    thread.join()


def test_the_form_offers_what_can_be_released_and_refuses_the_rest(deployed: Deployer) -> None:
    local = deployed.local
    form = local.ask("deployments/name/release/release")
    fields = form["parameter_openapi_schema"]["definitions"]["ReleaseOrder"]["properties"]
    offered = [name for name in fields["version"]["enum"] if name.startswith("order-extract@")]
    assert offered[:2] == ["order-extract@v4", "order-extract@v3"]
    assert "demo" in fields["environment"]["enum"]
    with pytest.raises(HTTPError) as refused:
        local.ask(f"deployments/{form['id']}/create_flow_run", {"parameters": {"order": {"version": "nothing@v1"}}})
    assert refused.value.code == 409
    assert "version" in refused.value.read().decode()


def _hear(local: Local, kind: str, about: str, payload: Mapping[str, str], ago_s: float = 0) -> None:
    """Something happened: as the flows, or Prefect, announce it."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago_s))
    event = {"event": kind, "resource": {"prefect.resource.id": about}, "payload": dict(payload), "occurred": at}
    local.ask("events", [{**event, "id": str(uuid4())}])


def test_a_breach_starts_the_rollback_although_nobody_watches(deployed: Deployer) -> None:
    local = deployed.local
    about = {"environment": "demo", "prompt_id": "order-extract", "release_id": "rel_1"}
    told = {**about, "reason": "harm beyond the margin: refusal"}
    _hear(local, "promptship.canary.breached", "promptship.release.rel_1", told)
    rollback = local.ask("deployments/name/rollback/rollback")["id"]
    asked = {"flow_runs": {"deployment_id": {"any_": [rollback]}}}
    run = until(lambda: local.ask("flow_runs/filter", asked), "the rollback's run")[0]
    assert run["parameters"]["order"] == {
        "environment": "demo", "prompt": "order-extract", "release": "rel_1",
        "reason": "harm beyond the margin: refusal", "by": "automation",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("last", "ago_s", "state", "said"),
    [
        ("heartbeat", 600, "CRASHED", "No heartbeat for 3 minutes"),
        ("Submitting", 900, "CRASHED", "No worker started this run within 10 minutes"),
        ("Cancelling", 600, "CANCELLED", "No worker ended it within 3 minutes"),
    ],
)
def test_a_run_of_which_nothing_more_is_heard_is_marked(
    deployed: Deployer, last: str, ago_s: int, state: str, said: str
) -> None:
    local = deployed.local
    began = {"flow_id": local.ask("deployments/name/release/release")["flow_id"], "state": {"type": "RUNNING"}}
    dead, living = (local.ask("flow_runs/", began)["id"] for _ in range(2))
    _hear(local, f"prefect.flow-run.{last}", f"prefect.flow-run.{dead}", {}, ago_s)
    _hear(local, f"prefect.flow-run.{last}", f"prefect.flow-run.{living}", {})
    for one in local.ask("automations/filter", {}):
        # It would be looked at again when its time is over.
        local.ask(f"automations/{one['id']}", {"enabled": True}, "PATCH")
    until(lambda: local.ask(f"flow_runs/{dead}")["state_type"] == state, "the mark")
    assert said in local.ask(f"flow_runs/{dead}")["state"]["message"]
    assert local.ask(f"flow_runs/{living}")["state_type"] == "RUNNING"


def test_a_webhook_is_told(deployed: Deployer) -> None:
    local = deployed.local
    _hear(local, "promptship.release.promoted", "promptship.release.rel_9", {"prompt_id": 'say "hi"'})
    heard = until(lambda: [one for one in deployed.ear.heard if one["event"].endswith(".promoted")], "the webhook")
    (told,) = heard
    assert datetime.fromisoformat(told.pop("occurred")).tzinfo
    assert told == {"format": 1, "event": "promptship.release.promoted", "about": {"prompt_id": 'say "hi"'}}


def test_told_again_it_stays_and_a_webhook_without_an_address_goes(
    deployed: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deployed.done.deployments == ("rehearse-rollback", "release", "rollback")
    before = deployed.local.ask("deployments/name/release/release")["id"]
    assert deployed.automations() == sorted(deployed.done.automations)
    monkeypatch.delenv("PROMPTSHIP_WEBHOOK_URL")
    again = deployed.again(**FLOWS)
    assert again.deployments == deployed.done.deployments
    assert set(deployed.done.automations) - set(again.automations) == {"promptship: webhook"}
    assert deployed.automations() == sorted(again.automations)
    assert deployed.local.ask("deployments/name/release/release")["id"] == before


def test_what_is_in_no_file_any_more_is_removed_and_what_others_deployed_is_not(deployed: Deployer) -> None:
    foreign = deployed.local.ask("deployments/name/release/release")
    deployed.local.ask("deployments/", {"name": "theirs", "flow_id": foreign["flow_id"], "tags": ["theirs"]})
    kept = {name: entry for name, entry in FLOWS.items() if name != "release"}
    assert deployed.again(**kept).removed == ("release",)
    with pytest.raises(HTTPError, match="404"):
        deployed.local.ask("deployments/name/release/release")
    assert deployed.local.ask("deployments/name/release/theirs")["tags"] == ["theirs"]


def test_an_automation_of_an_unknown_deployment_is_named(deployed: Deployer) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client, pytest.raises(SettingsError, match="runs the deployment 'rollback'"):
        automations.upsert(client, {}, {})


def test_without_a_server_it_says_how_to_get_one() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: None}), pytest.raises(SettingsError, match="promptship serve"):
        deploy(ROOT, Roots.find(cwd=ROOT))
