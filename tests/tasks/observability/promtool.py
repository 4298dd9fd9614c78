"""`promtool` of Prometheus, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tasks.observability.rendering import RULES, TESTS


def checked(folder: Path, files: Mapping[str, str]) -> int:
    """How many rules the file has, after `promtool` found all of them right and passed their tests.

    Skips where promtool is missing. An empty rule file passes promtool, so compare the number.
    """
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    for name in (RULES, TESTS):
        (folder / name).write_text(files[name])
    found = _run([program, "check", "rules", RULES], folder)
    assert "SUCCESS" in _run([program, "test", "rules", TESTS], folder)
    match = re.search(r"SUCCESS: (\d+) rules found", found)
    assert match, found
    return int(match[1])


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
