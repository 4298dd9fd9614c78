"""The workspace of a Prefect run: progress goes to a Prefect artifact and the run's log."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

from tasks.reaching import unless_away, unless_away_now
from tasks.release.orders import ReleaseOrder
from tasks.release.workspace import Progress, Tell, Workspace
from tasks.report.markdown import escape

_EVERY_SECONDS = 2.0

listeners: list[Tell] = []
"""Who else is told, in this process: the demo's display."""


class _Teller:
    """Tells Prefect about progress at most every two seconds, and about the end of a stage always."""

    def __init__(self) -> None:
        self._artifact: object | None = None
        self._last = 0.0

    def __call__(self, progress: Progress) -> None:
        for listener in listeners:
            listener(progress)
        finished = progress.ended or (progress.total is not None and progress.done >= progress.total)
        if not finished and time.monotonic() - self._last < _EVERY_SECONDS:
            return
        self._last = time.monotonic()
        try:
            get_run_logger().info("%s %s/%s %s", progress.stage, progress.done, progress.total or "?", progress.note)
        except MissingContextError:
            return
        if progress.total and not progress.ended:
            with unless_away_now("progress"):
                self._show(min(100.0 * progress.done / progress.total, 100.0), progress)

    def _show(self, percent: float, progress: Progress) -> None:
        said = f"{progress.done} of {progress.total}; {progress.note}".removesuffix("; ")
        if self._artifact is None:
            key = slug(f"progress {progress.stage}")
            self._artifact = create_progress_artifact(progress=percent, key=key, description=said)
        else:
            update_progress_artifact(self._artifact, progress=percent, description=said)  # type: ignore[arg-type]


def slug(text: str) -> str:
    """As Prefect wants the key of an artifact: lower-case letters, digits and dashes."""
    return "-".join(re.findall("[a-z0-9]+", text.lower()))


def show(order: ReleaseOrder, lines: Sequence[str]) -> None:
    """The plan of a release in the run's log and as an artifact of it; nothing when there is nothing to say."""
    if not lines:
        return
    for line in lines:
        get_run_logger().info("%s", line)
    name = f"{order.prompt} {order.number} in {order.environment}"
    text = "\n".join([f"# Plan of {escape(name)}", "", *(f"- {escape(line)}" for line in lines)])
    with unless_away("the plan"):
        create_markdown_artifact(text, key=slug(f"plan {order.prompt}"), description=f"{lines[0]} ({name})")


def workspace(actor: str = "flow") -> Workspace:
    """This process's workspace, telling Prefect."""
    return Workspace.here(actor, _Teller())
