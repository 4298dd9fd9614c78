"""Leave what a stage found as an artifact of the run: its verdict, why, its numbers, and where the report is."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact

from tasks.reaching import unless_away
from tasks.release.record import Record, Stage, Step
from tasks.report.material import gather
from tasks.report.release import changes
from tasks.report.stage import of_stage
from tasks.report.writing import where_the_page_is, write
from tasks.telling import slug, workspace


def show_stage(record: Record, step: Step) -> None:
    """Nothing for a step that left no result of its own: an approval, a promotion, a watch that is not over.

    The report is written anew, and can be read while the release goes on; what changed is shown with the lint.
    """
    if not record.finished or record.finished[-1].key != step.key:
        return
    with unless_away("what the stage found"):
        here = workspace()
        found = gather(here, record.release_id)
        if step.stage is Stage.LINT and found.diff:
            _leave(record, "diff", changes(found.diff), f"{record.from_version} to {record.to_version}")
        newest = found.results[-1]
        where = where_the_page_is(write(here, found))
        _leave(record, step.key, f"{of_stage(newest)}\n\n{where}", f"{newest.verdict}: {newest.reason}")


def _leave(record: Record, what: str, text: str, said: str) -> None:
    name = f"{record.prompt_id} {record.to_version} in {record.environment}"
    create_markdown_artifact(text, key=slug(f"{what} {record.prompt_id}"), description=f"{said} ({name})")
