"""A ledger with one release that was promoted some days ago, and the requests of its units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from registry.roots import Roots
from tasks.ledger import assignment, event, release, trace
from tasks.ledger.assignment import Assignment
from tasks.ledger.release import Release
from tasks.ledger.trace import Trace
from tasks.outcome.keeping import look_back
from tasks.release.workspace import Workspace

CHECKOUT = Path(__file__).resolve().parents[3]
LIVE_AT = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = "b" * 64, "c" * 64
PLACE: dict[str, Any] = {"environment": "production", "prompt_id": "order-extract"}


class Ledger:
    """One promoted release, and requests of units under it; `clock` is what the workspace reads."""

    def __init__(self, home: Path) -> None:
        self.clock = LIVE_AT + 25 * HOUR
        roots = Roots(home=home, registry=CHECKOUT / "registry", evalsets=CHECKOUT / "evalsets")
        self.workspace = Workspace(roots, actor="test", now=lambda: self.clock)
        self.numbers = count()

    def released(self, *expected: dict[str, Any], live: bool = True, **changes: Any) -> None:
        rules = self.workspace.catalog.environments.policy("production", "low").model_dump(mode="json")
        note = {"author": "ana", "why": "more examples", "expected": list(expected)}
        fields: dict[str, Any] = {
            "release_id": "rel_1", **PLACE, "from_version": "v2", "from_behavior": OLD, "to_version": "v3",
            "to_behavior": NEW, "anchor_behavior": None, "risk": "low", "author": "ana", "attempt": 1,
            "started_by": "ci", "started_at": LIVE_AT - 2 * HOUR, "components": {}, "policy": rules,
            "change_note": note,
        }  # fmt: skip
        self.workspace.store.tx(lambda tx: release.insert(tx, Release(**fields | changes)))
        if live:
            self.happened("promptship.release.promoted", 0, "rel_1")

    def happened(self, kind: str, hours: float, release_id: str | None = None) -> None:
        about = {**PLACE, **({"release_id": release_id} if release_id else {})}
        given: dict[str, Any] = {"actor": "bo", "subjects": about, "payload": {"reason": "r"}}
        at = LIVE_AT + hours * HOUR
        self.workspace.store.tx(lambda tx: event.append(tx, kind=kind, at=at, **given))

    def units(self, n: int, behavior: str, arm: str, hours: float, yes: float, share_bps: int = 0, **more: Any) -> None:
        """n units from `hours` after the promotion on, of which a part `yes` kept to the schema."""
        at = [LIVE_AT + hours * HOUR + index * timedelta(seconds=1) for index in range(n)]
        rows = [self._request(when, behavior, arm, index < yes * n, **more) for index, when in enumerate(at)]
        taken = at[-1] + timedelta(minutes=5)
        self.workspace.store.tx(lambda tx: trace.insert_many(tx, rows, taken))
        if share_bps:
            seen = [_assigned(row, share_bps) for row in rows]
            self.workspace.store.tx(lambda tx: assignment.insert_many(tx, seen, taken))

    def _request(self, at: datetime, behavior: str, arm: Any, ok: bool, **more: Any) -> Trace:
        number = next(self.numbers)
        return Trace(
            trace_id=f"tr_{number}", ts=at, **PLACE, version="v", intended=behavior, served=behavior, arm=arm,
            generation=1, release_id="rel_1" if arm in ("canary", "holdback") else None, unit=f"u{number}",
            unit_key_id="k", schema_ok=ok, **{"prompt_tokens": 300 if behavior == NEW else 240, **more},
        )  # fmt: skip

    def line(self, hours: float = 24) -> dict[str, Any]:
        (line,) = look_back(self.workspace, "rel_1", hours).lines
        return line.dump()


def _assigned(row: Trace, share_bps: int) -> Assignment:
    arm: Any = row.arm
    return Assignment(
        **PLACE, release_id="rel_1", generation=1, share_bps=share_bps, unit=row.unit or "", unit_key_id="k", arm=arm,
        first_seen_at=row.ts,
    )  # fmt: skip
