"""Leave what a stage found as an artifact of the run: its verdict, why, and its numbers."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact

from tasks.ledger import stage_result
from tasks.reaching import unless_away
from tasks.release.record import Record, Step
from tasks.report.release import of_stage
from tasks.telling import slug, workspace


def show_stage(record: Record, step: Step) -> None:
    """Nothing for a step that left no result of its own: an approval, a promotion, a watch that is not over."""
    if not record.finished or record.finished[-1].key != step.key:
        return
    newest = stage_result.of_release(workspace().store, record.release_id)[-1]
    name = f"{record.prompt_id} {record.to_version} in {record.environment}"
    with unless_away("what the stage found"):
        create_markdown_artifact(
            of_stage(newest),
            key=slug(f"{step.key} {record.prompt_id}"),
            description=f"{newest.verdict}: {newest.reason} ({name})",
        )
