"""A promptship in a folder, hurt and started again until its release has ended, and what must be true then."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from registry.runtime.publishing import LocalPublisher
from tasks.ledger import changelog, eval_result, event, release, stage_result
from tasks.ledger.store import Store
from tasks.release import asking
from tasks.release.loading import load
from tasks.release.order import next_step
from tasks.release.record import Record, Stage, Walk
from tasks.release.workspace import Workspace, wall_clock
from tests.faults.points import NOTHING, Fault, lines
from tests.faults.process import roots_of, run
from tests.world import PROMPT, World, world

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.faults.process"])

VERSIONS = {"v1": (40, 0), "v2": (80, 0), "v3": (5, 0), "v4": (82, 0)}
RULES = {
    "requires": {"rehearsal": ["low"]},
    "approval": {"low": [50]},
    "dwell": {"low": "0s"},
    "lease": "20s",
    "deadline": {"canary": "12h", "approval": "24h"},
}
HISTORY = 80
IN_FLIGHT = 8
PATIENCE_S = 240
AT_MOST = 20
"""Processes until a release has ended, and passes of a monitor."""

_ENDED = {"promoted", "rejected", "rolled_back", "held", "already live", "PS-E700"}
_TOLD = (
    *(f"release.{what}" for what in ("foreseen", "opened", "promoting", "promoted", "rejected", "rolled_back", "held")),
    *(f"approval.{what}" for what in ("asked", "answered")),
    *(f"stage.{what}" for what in ("pass", "inconclusive", "reject")),
    *(f"canary.{what}" for what in ("planned", "shifted", "withdrawn")),
)
_TWICE = {"canary.shifted"}
"""A canary that is set up again by the next process says so again."""


class Ended(NamedTuple):
    """What is to be the same whatever happened on the way."""

    stages: list[tuple[str, str]]
    events: dict[str, int]
    line: tuple[Any, ...]
    live: str


@dataclass(frozen=True)
class House:
    folder: Path

    @property
    def store(self) -> Store:
        return Store.open(roots_of(self.folder).ledger)

    @property
    def publisher(self) -> LocalPublisher:
        roots = roots_of(self.folder)
        return LocalPublisher(roots.artifacts, roots.routes)

    @property
    def points(self) -> list[str]:
        found: list[str] = lines(self.folder / "points.jsonl")
        return found

    @property
    def live(self) -> str:
        return self.publisher.read_table("demo").route(PROMPT).live.version

    def start(self, command: str, version: str, fault: Fault = NOTHING, skew_s: float = 0.0) -> tuple[int, str]:
        """Exit code and last words of a process of its own; of a killed one there are none."""
        before = len(lines(self.folder / "said.jsonl"))
        process = _PROCESSES.Process(target=run, args=(self.folder, command, version, fault, skew_s))
        process.start()
        process.join(PATIENCE_S)
        assert process.exitcode is not None, f"{command} hangs: {self.points[-3:]}"
        said = lines(self.folder / "said.jsonl")[before:]
        return process.exitcode, said[0]["said"] if said else ""


def template(folder: Path) -> House:
    """v1 is live and has served; v2 is better, v3 is worse, and v4 is better on eval cases only."""
    with world(folder, VERSIONS) as here:
        _rules(folder / "registry" / "environments.yaml")
        _first(here)
        here.serve(HISTORY)
    return House(folder)


def _first(here: World) -> None:
    """The rules want a person for the first version, too."""
    record = here.release("v1")
    assert record is not None
    asking.answer(here.workspace, record.release_id, approve=True, by="bo", reason="first")
    here.release("v1")


def _rules(path: Path) -> None:
    rules = yaml.safe_load(path.read_text())
    rules["demo"] |= RULES
    path.write_text(yaml.safe_dump(rules))


def copy(of: House, to: Path) -> House:
    shutil.copytree(of.folder, to)
    return House(to)


def survive(house: House, version: str, fault: Fault, *, resume: str = "release", skews: Sequence[float] = ()) -> None:
    """Process after process, the fault in whichever reaches its point, until one says that the release has ended.

    `resume` is who carries on a canary that has begun. `skews` are how far the clocks of the first processes are ahead.
    """
    codes: list[tuple[str, int, str]] = []
    command = "release"
    for number in range(AT_MOST):
        skew = skews[number] if number < len(skews) else 0.0
        code, said = house.start(command, version, fault, skew)
        codes.append((command, code, said))
        assert code in (0, 3, -9), (codes, (house.folder / "stderr.log").read_text()[-3000:])
        if command == "release" and said in _ENDED:
            break
        command = following(house, resume)
    else:
        raise AssertionError(f"not ended: {codes}")
    house.start("monitor", version)
    assert (house.folder / "struck").exists() or fault.kind == "none", f"{fault} was never reached"


def approved(of: House, to: Path, version: str) -> House:
    """This version has passed everything before its canary, and a person let it through."""
    house = copy(of, to)
    while (command := following(house, "canary")) != "canary":
        code, said = house.start(command, version)
        assert (code, said in _ENDED) == (0, False), said
        if command == "approve":
            break
    return house


def following(house: House, resume: str) -> str:
    """A question that waits is answered, whatever became of who asked; else the release is started again."""
    row = release.open_of(house.store, "demo", PROMPT)
    if row is None:
        return "release"
    events = event.of_release(house.store, row.release_id)
    kinds = Counter(e.kind for e in events)
    if kinds["promptship.approval.asked"] > kinds["promptship.approval.answered"]:
        return "approve"
    begun = kinds["promptship.canary.shifted"]
    return resume if begun else "release"


def end(house: House, version: str) -> Ended:
    """How the newest release of this version ended."""
    row = newest(house, version)
    store = house.store
    stages = [(r.stage, r.verdict) for r in stage_result.of_release(store, row.release_id)]
    told = Counter(e.kind for e in event.of_release(store, row.release_id))
    counts = {kind: told[f"promptship.{kind}"] for kind in _TOLD}
    events = {kind: min(count, 1) if kind in _TWICE else count for kind, count in counts.items() if count}
    (line,) = [found for found in changelog.of_release(store, row.release_id) if found.kind == "release"]
    shown = (line.decision, line.from_version, line.to_version, line.released_at is not None, line.approved_by)
    return Ended(stages, events, shown, house.live)


def newest(house: House, version: str) -> release.Release:
    (row,) = [row for row in release.recent(house.store) if row.to_version == version]
    return row


def check(house: House, version: str, expected: Ended) -> None:
    """The promises of a release that was hurt: fails with what is broken."""
    found = end(house, version)
    assert found._replace(stages=_good(found.stages)) == expected
    _legal(house, version)
    _asked_once(house)
    _served(house, {"v1", version} if expected.line[0] == "promote" else {"v1"})
    _settled(house)


def _good(stages: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """An error is a try that the next one mended."""
    return [(stage, verdict) for stage, verdict in stages if verdict != "error"]


def _legal(house: House, version: str) -> None:
    """Each finished step is the one that the order asked for, given those before it: none is missing, none is extra."""
    row, now = newest(house, version), wall_clock()
    workspace = Workspace(roots_of(house.folder), actor="check")
    whole = load(workspace, row.release_id, Walk(row.started_at), now)
    good = tuple(f for f in whole.finished if f.verdict != "error")
    approved = tuple(replace(answer, approve=True) for answer in whole.answers)
    for count, finished in enumerate(good):
        before = replace(
            whole, decision=None, closed=None, live=row.from_behavior, finished=good[:count], answers=approved,
            rehearsed=False if all(f.key != Stage.REHEARSAL for f in good[:count]) else whole.rehearsed,
        )  # fmt: skip
        assert _next_key(before) == finished.key, (finished, good)
    times = [f.ended_at for f in whole.finished]
    assert times == sorted(set(times))


def _next_key(record: Record) -> str | None:
    step = next_step(record, record.opened_at)
    return step.key if step is not None else None


def _asked_once(house: House) -> None:
    """A call that was answered is never made again; one that was in flight when its process died is, once."""
    said = defaultdict(list)
    for call in lines(house.folder / "calls.jsonl"):
        if call["step"] != "rehearsal":  # about today's model: never from the cache
            said[call["step"], call["behavior"], call["messages"]].append(call["what"])
    twice = {key: what for key, what in said.items() if what.count("answered") > 1}
    assert not twice, list(twice.items())[:3]
    again = [what for what in said.values() if what.count("asked") > 1]
    assert len(again) <= IN_FLIGHT, len(again)
    store = house.store
    rows = store.rows("SELECT DISTINCT gate_test_id AS id FROM eval_result WHERE gate_test_id IS NOT NULL")
    for row in rows:
        kept = Counter((r.round, r.arm, r.case_id) for r in eval_result.of_test(store, row["id"]))
        (all_,) = store.rows("SELECT count(*) AS n FROM eval_result WHERE gate_test_id = ?", [row["id"]])
        assert all_["n"] == kept.total()


def _served(house: House, allowed: set[str]) -> None:
    """Live was always a version that had served before or was promoted; each answer is its generation's."""
    publisher = house.publisher
    generations = publisher.history("demo")
    tables = {number: publisher.read_generation("demo", number) for number in generations}
    assert {table.prompts[PROMPT].live.version for table in tables.values()} <= allowed
    assert publisher.read_table("demo").prompts[PROMPT].canary is None
    for answer in filter(None, lines(house.folder / "answers.jsonl")):
        route = tables[max(number for number in generations if number <= answer["generation"])].prompts[PROMPT]
        of_arm = {"live": route.live.behavior}
        if route.canary is not None:
            of_arm["canary"] = route.canary.behavior
        assert answer["behavior"] == of_arm.get(answer["arm"]), answer


def _settled(house: House) -> None:
    """Ledger, routes and what people open say the same, and no segment is counted twice."""
    roots, store = roots_of(house.folder), house.store
    assert list(roots.outbox.glob("*")) == []
    operations = set(house.publisher.operations("demo"))
    told = {e["event_id"].partition(":")[0] for e in store.rows("SELECT event_id FROM event")}
    assert operations <= told | {""}, operations - told
    (doubled,) = store.rows("SELECT count(*) - count(DISTINCT trace_id) AS n FROM trace")
    assert doubled["n"] == 0
    (public,) = duckdb.connect(str(roots.public / "changelog.duckdb"), read_only=True).execute(
        "SELECT list((release_id, decision) ORDER BY release_id) FROM release"
    ).fetchall()  # fmt: skip
    (ours,) = store.rows("SELECT list((release_id, decision) ORDER BY release_id) AS pairs FROM release")
    assert json.dumps(public[0], default=str) == json.dumps(ours["pairs"], default=str)
