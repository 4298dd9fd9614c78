"""Roll live back, or tell people: each once, however often it is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from registry.runtime.routes import Route
from registry.runtime.routes_change import rollback_target
from tasks.ledger import event
from tasks.ledger.store import Reader
from tasks.release.pinning import roll_back
from tasks.release.workspace import Workspace

from .answer import ONCE_IN, Answer, Past
from .finding import Did, Finding, Watched

ACTOR: Final = "guard monitor"
MACHINES: Final = (ACTOR, "automation")
ALERTED: Final = "promptship.live.alerted"


class Harm(NamedTuple):
    """What live does that it must not. `id` names this harm of this live version: it is told once."""

    environment: str
    prompt: str
    behavior: str
    watched: Watched
    id: str
    sentence: str


def past_of(
    reader: Reader, environment: str, prompt: str, route: Route, promoted_at: datetime | None, now: datetime
) -> Past:
    """What the answer to a harm depends on."""
    backs = event.of_prompt(reader, environment, prompt, kinds=("promptship.live.rolled_back",), since=now - ONCE_IN)
    by_machine = [e.at for e in backs if e.actor in MACHINES]
    target = rollback_target(route)
    return Past(promoted_at, target.version if target else None, by_machine[-1] if by_machine else None)


def carry_out(workspace: Workspace, harm: Harm, answer: Answer) -> Finding:
    """Take away the behavior that was looked at; when another one is live meanwhile, that is done already."""
    reason = f"{harm.sentence}; {answer.why}"
    if not answer.rolls_back:
        _alert(workspace, harm, reason)
        return Finding(harm.environment, harm.prompt, harm.watched, Did.ALERTED, reason)
    flip = roll_back(workspace, harm.environment, harm.prompt, by=ACTOR, reason=harm.sentence, taking=harm.behavior)
    if flip.done:
        workspace.store.publish(workspace.roots.public)
    return Finding(harm.environment, harm.prompt, harm.watched, Did.ROLLED_BACK, f"{reason}. {flip.sentence}")


def _alert(workspace: Workspace, harm: Harm, reason: str) -> None:
    about = {"environment": harm.environment, "prompt_id": harm.prompt, "behavior": harm.behavior}
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=ALERTED,
            actor=ACTOR,
            subjects=about,
            payload={"watched": harm.watched, "reason": reason},
            at=workspace.now(),
            event_id=f"{harm.id}:alerted",
        )
    )
