"""Score a sample of a day's live answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from prefect import task

from registry.errors import EvalSetError, LedgerError, RegistryError
from tasks import options
from tasks.quality.measuring import Draw, Quality, measure
from tasks.telling import workspace

DAY = timedelta(days=1)


@task(task_run_name="score answers of {prompt}", **options.STAGE)
def score_answers(environment: str, prompt: str, judge: bool, sample: int, max_usd: float) -> list[Quality] | str:
    """By behavior version; why there is none where nobody asked, or nothing can be asked of the answers."""
    draw = Draw(environment, prompt, DAY, sample, "judge" if judge else "assertions", max_usd)
    try:
        return measure(workspace(), draw)
    except (EvalSetError, RegistryError) as error:
        return error.found
    except LedgerError as error:
        if type(error) is not LedgerError:
            raise
        return "nobody asked"


def sentence(found: Sequence[Quality]) -> str:
    """A version is one clause: its mean, or why it has none."""
    return ", ".join(
        f"{one.version} {one.sums.mean:.3f} of {one.sums.n} answers"
        if one.sums
        else f"{one.version} not scored: {one.why}"
        for one in found
    )
