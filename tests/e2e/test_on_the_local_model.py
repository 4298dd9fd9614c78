"""Every stage on the real local model: a smaller eval set, the real prompts, traffic of a real client."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deployments.cli.walk import walk
from deployments.demo.tickets import Ticket, tickets
from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.client import Client
from registry.runtime.spool import Spool
from tasks.ledger import changelog, release, stage_result
from tasks.release.orders import ReleaseOrder
from tasks.release.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.local_model, pytest.mark.timeout(1500)]

CHECKOUT = Path(__file__).resolve().parents[2]
PROMPT = "order-extract"
GATE_CASES, DEV_CASES = 60, 20


class Shop:
    """A workspace on the real registry, and an application that answers tickets while a canary is watched."""

    def __init__(self, workspace: Workspace, client: Client) -> None:
        self.workspace, self.client = workspace, client
        self.waiting: Iterator[Ticket] = tickets(7)
        self.versions: list[str] = []

    def answer(self, count: int) -> None:
        for _ in range(count):
            ticket = next(self.waiting)
            found = self.client.call(PROMPT, {"message": ticket.message}, unit=ticket.unit, intent=ticket.intent)
            self.versions.append(found.resolution.version)

    def release(self, version: str) -> dict[str, str]:
        """Stage by stage, what it said; `decision` among them."""
        order = ReleaseOrder(version=f"{PROMPT}@{version}", environment="demo", by="test")
        record = walk(self.workspace, order, lambda _: None)
        assert record is not None
        results = stage_result.of_release(self.workspace.store, record.release_id)
        decision = release.get(self.workspace.store, record.release_id).decision
        return {**{result.stage: result.verdict for result in results}, "decision": str(decision)}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    roots = Roots(home=folder / "home", registry=CHECKOUT / "registry", evalsets=_smaller(folder / "evalsets"))
    with Client("demo", roots=roots, spool=Spool(roots.spool, rotate_s=0.2), poll=0.0) as client:
        workspace = Workspace(roots, actor="test")
        here = Shop(workspace, client)
        object.__setattr__(workspace, "pause", lambda _: here.answer(20))
        yield here
    drivers.close_all()


def _smaller(folder: Path) -> Path:
    """The first cases of each split, so that this takes minutes and not tens of them."""
    own = folder / PROMPT
    own.mkdir(parents=True)
    shutil.copy(CHECKOUT / "evalsets" / PROMPT / "evalset.yaml", own / "evalset.yaml")
    lines = (CHECKOUT / "evalsets" / PROMPT / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    kept = [case for case in cases if case["split"] == "gate"][:GATE_CASES]
    kept += [case for case in cases if case["split"] == "dev"][:DEV_CASES]
    evalset = yaml.safe_load((own / "evalset.yaml").read_text(encoding="utf-8"))
    evalset["min_score"] = 0.3  # so few cases prove less
    evalset["subsets"] = {"fast": {"split": "dev"}, "full": {"split": "gate"}}
    (own / "evalset.yaml").write_text(yaml.safe_dump(evalset), encoding="utf-8")
    (own / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in kept), encoding="utf-8")
    return folder


def test_the_whole_release_on_the_local_model(shop: Shop) -> None:
    # given a first release
    assert shop.release("v2") == {"lint": "pass", "gate": "pass", "decision": "promote"}
    # and traffic
    shop.answer(45)
    # when a better version is released
    better = shop.release("v3")
    # then every stage passes it on, and it answers
    assert better["decision"] == "promote"
    assert {stage: better[stage] for stage in ("lint", "fast_gate", "gate", "canary")} == dict.fromkeys(
        ("lint", "fast_gate", "gate", "canary"), "pass"
    )
    assert better["shadow"] in ("pass", "inconclusive")
    assert {"v2", "v3"} == set(shop.versions)
    # and when a worse one is released
    worse = shop.release("v4")
    # then it is stopped, and the better one stays
    assert worse["decision"] == "reject"
    assert shop.workspace.publisher.read_table("demo").prompts[PROMPT].live.version == "v3"
    assert [entry.decision for entry in changelog.entries(shop.workspace.store)] == ["reject", "promote", "promote"]
