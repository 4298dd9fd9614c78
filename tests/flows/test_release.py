"""The release through its Prefect flow: states with names of their own, and the results of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from deployments.cli.walk import walk
from tasks.ledger import release, stage_result
from tasks.release.orders import ReleaseOrder
from tests.polling import until
from tests.shop import Shop, shop
from tests.world import PROMPT

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]

VERSIONS = {"v1": (40, 0), "v2": (80, 0), "v3": (3, 0)}
HISTORY = 60


def order(version: str) -> ReleaseOrder:
    return ReleaseOrder(version=f"{PROMPT}@{version}", environment="demo", by="test")


def flow(version: str) -> Any:
    """The state that the flow ends in."""
    from flows.release import release as release_flow

    return release_flow(order(version), return_state=True)


def results(here: Shop) -> list[dict[str, Any]]:
    """What the stages found, without what depends on the traffic and on ids."""
    rows = release.recent(here.workspace.store)[::-1]
    found = [result for row in rows for result in stage_result.of_release(here.workspace.store, row.release_id)]
    return [_comparable(result.stage, result.verdict, result.reason, result.evidence, result.calls) for result in found]


def _comparable(stage: str, verdict: str, reason: str, evidence: Any, calls: int) -> dict[str, Any]:
    same: dict[str, Any] = {"stage": stage, "verdict": verdict}
    if stage in ("lint", "fast_gate", "gate"):
        same |= {"reason": reason, "evidence": evidence, "calls": calls}
    return same


@dataclass(frozen=True)
class Walked:
    """How the releases of v1, v2, v2 again and v3 ended; what their stages found; the versions with a report."""

    states: dict[str, Any]
    results: list[dict[str, Any]]
    reported: set[str]
    live: str


def walked(here: Shop, release_: Callable[[str], Any]) -> Walked:
    states = {"v1": release_("v1")}
    until(lambda: len(here.served) >= HISTORY, f"{HISTORY} answers")
    states |= {"v2": release_("v2"), "v2 again": release_("v2"), "v3": release_("v3")}
    rows = release.recent(here.workspace.store)
    reported = {row.to_version for row in rows if (here.roots.reports / f"{row.release_id}.md").exists()}
    return Walked(states, results(here), reported, here.live)


@pytest.fixture(scope="module")
def by_flow(prefect_harness: None, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    with shop(tmp_path_factory.mktemp("flow"), VERSIONS) as here:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PROMPTSHIP_WRITES", "production")
            elsewhere = flow("v1")
        found = walked(here, flow)
        found.states.update({"v3 again": flow("v3"), "v1 elsewhere": elsewhere})
        return found


@pytest.fixture(scope="module")
def by_command(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    with shop(tmp_path_factory.mktemp("command"), VERSIONS) as here:
        return walked(here, lambda version: walk(here.workspace, order(version), lambda _: None))


@pytest.mark.parametrize(
    ("version", "name", "completed"),
    [
        ("v1", "Promoted", True),
        ("v2", "Promoted", True),
        ("v2 again", "AlreadyLive", True),
        ("v3", "Rejected", False),
    ],
)
def test_the_state_is_named_for_the_decision(by_flow: Walked, version: str, name: str, completed: bool) -> None:
    state = by_flow.states[version]
    assert (state.name, state.is_completed(), state.is_failed()) == (name, completed, not completed)
    assert state.message.startswith(f"{PROMPT}@{version.split(maxsplit=1)[0]}")


def test_a_rejection_is_no_crash(by_flow: Walked) -> None:
    state = by_flow.states["v3"]
    assert not state.is_crashed()
    assert "Clearly worse" in state.message


def test_what_may_not_begin_is_refused_and_says_why(by_flow: Walked) -> None:
    state = by_flow.states["v3 again"]
    assert (state.name, state.is_failed()) == ("Refused", True)
    assert "was released to demo before, as v3: reject" in state.message


def test_a_release_to_where_this_process_may_not_publish_is_refused(by_flow: Walked) -> None:
    state = by_flow.states["v1 elsewhere"]
    assert (state.name, state.is_failed()) == ("Refused", True)
    assert "PROMPTSHIP_WRITES lets this process write production, and not demo" in state.message


def test_the_flow_finds_what_the_command_line_finds(by_flow: Walked, by_command: Walked) -> None:
    assert by_flow.results == by_command.results
    assert [one["stage"] for one in by_flow.results] == [
        *("lint", "gate"),
        *("lint", "fast_gate", "gate", "shadow", "canary"),
        *("lint", "fast_gate"),
    ]
    assert by_flow.live == by_command.live == "v2"
    assert by_command.states["v2 again"] is None


def test_each_release_has_a_report(by_flow: Walked) -> None:
    assert by_flow.reported == {"v1", "v2", "v3"}


def test_a_run_is_found_by_what_it_is_about(by_flow: Walked) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags

    about = FlowRunFilter(tags=FlowRunFilterTags(all_=[PROMPT, f"{PROMPT}@v3", "demo", "Rejected"]))
    with get_client(sync_client=True) as client:
        labels = client.read_flow_runs(flow_run_filter=about)[0].labels
    assert labels["promptship.verdict"] == "Rejected"
    assert str(labels["promptship.release"]).startswith("rel_")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("plan", f"# Plan of {PROMPT} v"),
        ("diff", "## What changed"),
        ("lint", "# Lint: pass"),
        ("gate", "# Gate: pass"),
        ("shadow", "# Shadow: "),
        ("canary-50", "# Canary 50 %: "),
        ("report", "## Stages"),
    ],
)
@pytest.mark.usefixtures("by_flow")
def test_what_was_found_is_an_artifact_and_a_stage_says_where_the_page_is(key: str, said: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    of_prompt = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{key}-{PROMPT}"]))
    with get_client(sync_client=True) as client:
        found = [str(one.data) for one in client.read_artifacts(artifact_filter=of_prompt)]
    assert any(said in text for text in found)
    if key not in ("plan", "diff"):
        assert all(".html\n```" in text for text in found)
