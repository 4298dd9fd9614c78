"""A gate whose judge compares the candidate with live, and people's labels where it may not pass a version alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from registry.behavior import short
from registry.catalog import Catalog
from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.routes import Pinned
from tasks.ledger import eval_result, stage_result
from tasks.ledger.stage_result import StageResult
from tasks.release.aborting import abort
from tests import scripted
from tests.judging import MARK
from tests.world import PROMPT, World, say, world

_JUDGE = """
id: pair-judge
version: v1
use_case: evals.pairs
purpose: Compare two answers.
owner: tests
risk: low
model: owl
decoding: {temperature: 0.0, max_output_tokens: 64}
variables:
  question: {type: string, untrusted: true}
  first: {type: string, untrusted: true}
  second: {type: string, untrusted: true}
messages:
  - {role: system, content: "You are the judge."}
  - {role: user, content: "<q>{{ question }}</q><a>{{ first }}</a><b>{{ second }}</b>"}
change: {author: ana, why: The first judge of these tests., reverse: name another judge}
"""


def prefer(messages: list[dict[str, str]]) -> str:
    """The answer that names the product of the question; where both do or neither does, the first."""
    if not messages[0]["content"].startswith(MARK):
        return str(say(messages))
    question, first, second = re.findall(r"<[qab]>(.*?)</[qab]>", messages[-1]["content"], re.DOTALL)
    named = question.split(maxsplit=1)[0]
    better = "second" if named in second and named not in first else "first"
    return json.dumps({"better": better, "reason": "as it is"})


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, {"v1": (40, 0), "v2": (80, 0), "v3": (5, 0)}) as made:
        roots = made.workspace.roots
        (roots.registry / "prompts" / "pair-judge").mkdir()
        (roots.registry / "prompts" / "pair-judge" / "v1.yaml").write_text(_JUDGE.lstrip())
        models = roots.registry / "models.yaml"
        owl = {"provider": "owls", "model": "owl-1", "reach": {"driver": scripted.DRIVER}}
        models.write_text(yaml.safe_dump(yaml.safe_load(models.read_text()) | {"owl": owl}))
        Catalog(roots.registry).lock_all()
        path = roots.evalsets / PROMPT / "evalset.yaml"
        compared = {"assertions": [{"type": "pairwise"}], "judge": {"pairwise": "pair-judge@v1"}}
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | compared))
        made.driver.say = prefer
        yield made


def serve(here: World, version: str) -> None:
    catalog, publisher = here.workspace.catalog, here.workspace.publisher
    behavior = catalog.behavior(catalog.get(PROMPT, version))
    publisher.put_artifact(from_behavior(behavior))
    table = publisher.read_table("demo")
    live = routes_change.go_live(table, PROMPT, "parcels.sort", Pinned(version=version, behavior=behavior.sha))
    publisher.swap(routes_change.stamped(live, operation="op_1", at=datetime.now(UTC), by="test"), table.generation)


def gated(here: World, version: str) -> StageResult:
    record = here.release(version, until="gate", again=True, reason="a test")
    assert record is not None
    if record.decision is None:
        abort(here.workspace, record.release_id, "seen enough")
    gates = ("fast_gate", "gate")
    return [one for one in stage_result.of_release(here.workspace.store, record.release_id) if one.stage in gates][-1]


def test_the_candidate_is_compared_with_live_and_labels_of_pairs_settle_it(here: World) -> None:
    serve(here, "v1")
    alone = gated(here, "v2")
    assert (alone.stage, alone.verdict) == ("gate", "inconclusive")
    assert "the judge was never compared with people" in alone.reason
    rows = eval_result.of_test(here.workspace.store, alone.evidence["gate_test_id"])
    assert {row.score for row in rows if row.arm == "live"} == {0.5}
    assert {row.score for row in rows if row.arm == "candidate"} == {0.5, 1.0}, "worse nowhere, as it is"
    first = [row for row in rows if row.round == 1]
    lines = [
        {"case": row.case_id, "answer": row.output, "good": "box" not in (row.output or ""), "arm": short(row.behavior)}
        for row in first
    ]
    path = here.workspace.roots.evalsets / PROMPT / "pairs.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    settled = gated(here, "v2")
    assert settled.verdict == "pass", settled.reason
    assert "with people's labels" in settled.reason


def test_a_judge_proves_what_is_worse(here: World) -> None:
    serve(here, "v2")
    found = gated(here, "v3")
    assert (found.verdict, "proved" in found.reason) == ("reject", True)


def test_a_first_release_has_no_live_to_be_compared_with(here: World) -> None:
    found = gated(here, "v1")
    assert (found.verdict, "compares answers with live's, and nothing is live yet" in found.reason) == ("error", True)
