"""Everything that waits, into the ledger: spool segments of this machine and of others, and the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from registry.errors import PromptshipError
from registry.runtime.segment import recover, sealed
from tasks.ledger import ingest
from tasks.release import arriving
from tasks.release.traffic import settle
from tasks.release.workspace import Workspace

RECENT = timedelta(hours=1)
"""A reader that said nothing for so long has ended: what it lost was told while it ran."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run took in. `rejected` counts unreadable lines by segment, `dropped` lines that applications lost.

    `waiting` segments are left for the next run. `unreachable` says why those of other machines did not come.
    """

    segments: tuple[str, ...]
    lines: int
    traces: int
    rejected: Mapping[str, int]
    recovered: int
    waiting: int
    dropped: Mapping[str, int]
    unreachable: str | None = None

    @property
    def sentence(self) -> str:
        told = [f"{self.lines} lines of {len(self.segments)} segments, {self.traces} of them traces"]
        told += [f"{count} lines of {name} could not be read" for name, count in self.rejected.items()]
        told += [f"{name} had to drop {count} lines" for name, count in self.dropped.items()]
        told += [f"{self.waiting} segments wait for the next run"] if self.waiting else []
        return "; ".join([*told, self.unreachable] if self.unreachable else told)


def take_in(workspace: Workspace, at_most: int | None = None) -> Intake:
    """At most so many segments, or all. Raises LedgerLocked; what was taken in by then stays, and comes only once."""
    spool, unreachable = workspace.roots.spool, None
    recovered = recover(spool)
    try:
        arriving.bring(workspace)
    except ConnectionError as error:
        unreachable = str(error)
    segments = sealed(spool)
    taken = ingest.take_in(workspace.store, segments[:at_most], workspace.now(), arriving.withheld(workspace))
    settle(workspace)
    workspace.store.publish(workspace.roots.public)
    return Intake(
        segments=tuple(segment.segment for segment in taken.segments),
        lines=taken.lines,
        traces=taken.traces,
        rejected={path.name: len(lines) for path, lines in taken.rejected.items() if lines},
        recovered=len(recovered),
        waiting=len(segments) - len(taken.paths),
        dropped=_dropped(workspace),
        unreachable=unreachable,
    )


def _dropped(workspace: Workspace) -> dict[str, int]:
    """By application process, as far as the readers can be read: what does not fit into a spool is counted there."""
    found: dict[str, int] = {}
    with suppress(PromptshipError, OSError):
        for environment in workspace.publisher.environments():
            for reader in workspace.publisher.readers(environment):
                if reader.dropped and workspace.now() - reader.at < RECENT:
                    found[reader.name] = max(reader.dropped, found.get(reader.name, 0))
    return found
