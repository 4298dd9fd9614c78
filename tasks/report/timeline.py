"""Events as lines of a timeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tasks.ledger.event import Event

from .showing import plain


class Moment(NamedTuple):
    """`day` is set where it is another than the line before's; `tone` colours it: pass, reject, inconclusive, error."""

    day: str | None
    time: str
    iso: str
    what: str
    reason: str
    actor: str
    tone: str


_TONES = {
    "pass": "pass",
    "promoted": "pass",
    "reject": "reject",
    "rejected": "reject",
    "rolled_back": "reject",
    "withdrawn": "reject",
    "inconclusive": "inconclusive",
    "held": "inconclusive",
    "error": "error",
}


def timeline(events: Iterable[Event]) -> list[Moment]:
    """In the order given."""
    found: list[Moment] = []
    last = None
    for event in events:
        day = f"{event.at:%A, %d %B %Y}"
        found.append(_moment(event, None if day == last else day))
        last = day
    return found


def _moment(event: Event, day: str | None) -> Moment:
    told = event.kind.removeprefix("promptship.").split(".")
    reason = str(event.payload.get("reason") or event.payload.get("of") or "")
    tone = _TONES.get(told[-1], "")
    return Moment(day, f"{event.at:%H:%M:%S}", event.at.isoformat(), _what(told, event), reason, event.actor, tone)


def _what(told: list[str], event: Event) -> str:
    stage, share, version = (event.payload.get(name) for name in ("stage", "share_bps", "version"))
    if stage and told[0] == "stage":
        return f"{str(stage).replace('_', ' ')}: {told[-1]}"
    words = " ".join(told).replace("_", " ")
    if share is not None:
        return f"{words} to {plain(share / 100)} %"
    return f"{words}: {version}" if version else words
