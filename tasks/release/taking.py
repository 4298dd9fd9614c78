"""Take one step: run the stage, write what it found, read the record again."""

from __future__ import annotations

from collections.abc import Callable

from registry.errors import ClaimTaken, GenerationTaken, LedgerLocked, LedgerUnwritable, PromptshipError

from .loading import load
from .record import Record, Step
from .recording import StageOutcome, finish
from .traffic import catch_up
from .verdict import Verdict
from .workspace import Progress, Workspace

Run = Callable[[Workspace, Record, Step], StageOutcome | None]


def take(workspace: Workspace, record: Record, step: Step, run: Run) -> Record:
    """Run the stage of this step. It answers with what it found, or None when it leaves no result of its own.

    An error that a person can mend is the stage's result; what passes by itself (a ledger that is locked or has no
    room, a lost compare-and-swap) is raised for the shell to retry, and so is a lost claim: whoever has it now writes
    the result.
    """
    started = workspace.now()
    try:
        outcome = run(workspace, record, step)
    except (LedgerLocked, LedgerUnwritable, GenerationTaken, ClaimTaken):
        raise
    except PromptshipError as error:
        outcome = StageOutcome(Verdict.ERROR, f"{error.code}: {error}", {"share": step.share}, 0, None)
    if outcome is not None:
        if not outcome.written:
            finish(workspace, record, step.stage, outcome, started, workspace.now())
        workspace.tell(Progress(step.key, 1, 1, f"{outcome.verdict}: {outcome.reason}", ended=True))
    catch_up(workspace)
    return load(workspace, record.release_id, record.walk, workspace.now())
