"""Which task carries out which step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tasks.ask_approval import ask_approval
from tasks.close_release import close_release
from tasks.judge_fast_gate import judge_fast_gate
from tasks.judge_gate import judge_gate
from tasks.lint_prompt import lint_prompt
from tasks.promote_release import promote_release
from tasks.rebase_release import rebase_release
from tasks.rehearse_way_back import rehearse_way_back
from tasks.release.record import Record, Stage, Step
from tasks.replay_shadow import replay_shadow
from tasks.watch_canary import watch_canary

STAGES: Final[dict[Stage, Callable[[Record, Step], Record]]] = {
    Stage.LINT: lint_prompt,
    Stage.FAST_GATE: judge_fast_gate,
    Stage.GATE: judge_gate,
    Stage.SHADOW: replay_shadow,
    Stage.REHEARSAL: rehearse_way_back,
    Stage.CANARY: watch_canary,
    Stage.PROMOTE: promote_release,
    Stage.APPROVAL: ask_approval,
    Stage.REBASE: rebase_release,
    Stage.CLOSE: close_release,
}
