"""Whether a judge may pass a version alone: what a gate asks, and what `evalset check` says before. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.evaluation.remark import Remark

from .calibration import Calibration


def doubts(
    evalset: str, rubrics: str | None, judges: Mapping[str, str], calibration: Calibration | None
) -> tuple[str, ...]:
    """Why not, as sentences without a full stop; none when nothing is judged (`rubrics` None) or the judge is fit.

    `judges` are behavior versions by what they are asked.
    """
    if rubrics is None:
        return ()
    command = f"run `promptship judge calibrate {evalset} --labels FILE`"
    if calibration is None:
        return (f"the judge was never compared with people on this set: {command}",)
    if dict(calibration.judge) != dict(judges) or calibration.rubrics != rubrics:
        since = calibration.measured
        return (f"judge or rubric changed since people's labels were compared on {since}: {command}",)
    return calibration.faults


def remarks(found: tuple[str, ...]) -> list[Remark]:
    """PS-S013, for each doubt: the gate can reject with such a judge, and pass nothing alone."""
    return [Remark("PS-S013", "warning", f"{one}; until then a gate passes nothing by itself") for one in found]
