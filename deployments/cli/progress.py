"""Progress on stderr: a bar where somebody watches, a line a stage where nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from tasks.release.workspace import Progress, Tell, silent


@contextmanager
def shown(console: Console | None = None) -> Iterator[Tell]:
    """A teller that draws one bar a stage on stderr; silent when stderr is not a terminal."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, TextColumn("{task.fields[note]}"), console=console, transient=False) as bars:
        yield _teller(bars)


def _teller(bars: Bars) -> Tell:
    tasks: dict[str, TaskID] = {}

    def tell(progress: Progress) -> None:
        if progress.ended:
            bars.console.print(f"{progress.stage.replace('_', ' ')}: {progress.note}", markup=False, highlight=False)
            return
        if progress.stage not in tasks:
            tasks[progress.stage] = bars.add_task(progress.stage, total=progress.total, note=progress.note)
        bars.update(tasks[progress.stage], completed=progress.done, total=progress.total, note=progress.note)

    return tell
