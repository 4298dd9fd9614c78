from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from deployments import child
from registry.errors import SettingsError


def test_a_child_that_dies_says_why(tmp_path: Path) -> None:
    dead = child.start("the child", ["python3", "-c", "raise SystemExit('no luck')"], os.environ, tmp_path / "log")
    with pytest.raises(SettingsError, match="ended with code 1: no luck"):
        dead.wait_until(lambda: False, 30)
    dead.stop()


def test_stopping_takes_grandchildren_along(tmp_path: Path) -> None:
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"
    parent = child.start("the parent", ["python3", "-c", code], os.environ, tmp_path / "log")
    parent.wait_until(lambda: (tmp_path / "log").stat().st_size > 0, 30)
    grandchild = int((tmp_path / "log").read_text())
    parent.stop()
    parent.stop()
    deadline = time.monotonic() + 10
    while not _ended(grandchild) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _ended(grandchild)


def _ended(pid: int) -> bool:
    """Gone, or a zombie whose new parent has not looked yet."""
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
