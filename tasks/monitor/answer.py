"""What follows when live breaks a level or harms users more than its holdback: a rollback, or a word to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

ONCE_IN = timedelta(hours=24)
"""No machine rolls one prompt back twice within this time."""

YOUNG = timedelta(days=7)
"""A level that breaks later than this after the promotion is not the promotion's fault."""


class Answer(NamedTuple):
    rolls_back: bool
    why: str


@dataclass(frozen=True, slots=True)
class Past:
    """What the routes and the ledger say of the live version.

    `promoted_at` is None when it went live otherwise (a pin, a rollback). `target` is the version that a rollback
    would go to, None without one. `rolled_back_at` is when a machine did so last.
    """

    promoted_at: datetime | None
    target: str | None
    rolled_back_at: datetime | None = None


def after_harm(past: Past, now: datetime) -> Answer:
    """Harm against concurrent users of the old version: it is the new one, so it goes."""
    if past.target is None:
        return Answer(False, "there is no certified version to go back to")
    if past.rolled_back_at is not None and now - past.rolled_back_at < ONCE_IN:
        return Answer(False, f"a machine rolled it back at {past.rolled_back_at:%Y-%m-%d %H:%M} UTC already")
    return Answer(True, f"back to {past.target}")


def after_breach(past: Past, now: datetime, *, kept: bool, others: tuple[str, ...]) -> Answer:
    """A broken level compares with no concurrent user: the prompt is to blame only where all else speaks for it.

    `kept`: the target was within the level when it was live. `others`: prompts on the same model that break theirs.
    """
    if others:
        return Answer(False, f"not the prompt: {', '.join(others)} on the same model breaks its level too")
    if past.promoted_at is None or now - past.promoted_at > YOUNG:
        return Answer(False, f"not the prompt: no promotion within the last {YOUNG.days} days")
    if past.target is not None and not kept:
        return Answer(False, f"not the prompt: {past.target} is not known to have kept this level when it was live")
    return after_harm(past, now)
