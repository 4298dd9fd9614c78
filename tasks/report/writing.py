"""Reports as files: on this machine, and on storage that others reach."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from registry.runtime import atomic
from registry.runtime.storage import reports
from tasks.release.workspace import Workspace

from . import page
from .markdown import fenced
from .material import Material, gather
from .release import render


class Report(NamedTuple):
    """Both forms of one report, and where they were written: the page, and markdown for a pull request.

    `shared` is the address of the page on storage that others reach, or why it is not there; None: there is no such
    storage.
    """

    path: Path
    markdown: str
    page: Path
    html: str
    shared: str | None = None


def write_report(workspace: Workspace, release_id: str) -> Report:
    """The report of a release as the ledger has it now. Raises UnknownRelease, SettingsError."""
    return write(workspace, gather(workspace, release_id))


def write(workspace: Workspace, found: Material) -> Report:
    """Write `<release>.html` and `.md`, here and where they are shared. Raises SettingsError."""
    text, html = render(found), page.render(found)
    folder, release_id = workspace.roots.reports, found.row.release_id
    written = Report(folder / f"{release_id}.md", text, folder / f"{release_id}.html", html)
    atomic.replace(written.path, text.encode())
    atomic.replace(written.page, html.encode())
    return written._replace(shared=_share(workspace, written))


def _share(workspace: Workspace, written: Report) -> str | None:
    """A decision never waits for the storage of its report: what is not there now comes with the next writing."""
    objects = reports(workspace.roots)
    if objects is None:
        return None
    try:
        objects.put(written.path.name, written.markdown.encode(), "text/markdown; charset=utf-8")
        objects.put(written.page.name, written.html.encode(), "text/html; charset=utf-8")
    except ConnectionError as error:
        return f"not shared: {error}"
    return f"{objects}{written.page.name}"


def where_the_page_is(report: Report) -> str:
    """For people who read about it on another machine, as markdown."""
    if report.shared is None:
        return f"The page with plots, on the worker's machine:\n\n{fenced(str(report.page))}"
    places = f"{report.page}\n{report.shared}"
    return f"The page with plots, on the worker's machine and shared:\n\n{fenced(places)}"
