from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import RELEASE, Place


def test_the_report_is_written_and_named(place: Place, promptship: Callable[..., Any]) -> None:
    place.serve("v1")
    place.canary("v2")
    path = Path(promptship("report", RELEASE).out.strip())
    assert path == place.roots.reports / f"{RELEASE}.html"
    assert path.read_text().startswith("<!DOCTYPE html>")
    assert "More examples" in path.read_text()
    assert promptship("report", RELEASE, "--stdout").out == path.read_text()
    said = promptship("report", RELEASE, "--stdout", "--json").document
    assert (said["path"], said["html"]) == (str(path), path.read_text())


def test_markdown_is_for_a_pull_request(place: Place, promptship: Callable[..., Any]) -> None:
    place.serve("v1")
    place.canary("v2")
    text = promptship("report", RELEASE, "--format", "markdown", "--stdout").out
    assert text.startswith("# parcel-sort v2 in demo")
    assert (place.roots.reports / f"{RELEASE}.md").read_text() == text


def test_the_page_is_shown_when_asked(
    place: Place, promptship: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("click.launch", shown.append)
    place.serve("v1")
    place.canary("v2")
    promptship("report", RELEASE, "--open")
    assert shown == [(place.roots.reports / f"{RELEASE}.html").as_uri()]
