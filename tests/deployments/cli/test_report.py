from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .conftest import RELEASE, Place


def test_the_report_is_written_and_named(place: Place, promptship: Callable[..., Any]) -> None:
    place.serve("v1")
    place.canary("v2")
    path = Path(promptship("report", RELEASE).out.strip())
    assert path.read_text().startswith("# parcel-sort v2 in demo")
    assert promptship("report", RELEASE, "--stdout").out == path.read_text()
    said = promptship("report", RELEASE, "--stdout", "--json").document
    assert (said["path"], said["markdown"]) == (str(path), path.read_text())
