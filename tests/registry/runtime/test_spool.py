from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.runtime import spool as module
from registry.runtime.segment import Segment
from registry.runtime.spool import Spool, recover, sealed
from tests.polling import until


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sealed(folder) for line in path.read_text().splitlines()]


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_closing_hands_everything_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert all(spool.log({"n": number, "text": "\u00e4\n"}) for number in range(500))
    spool.close()
    assert [line["n"] for line in lines(tmp_path)] == list(range(500))
    assert list((tmp_path / "part").iterdir()) == []
    assert spool.log({"n": 500}) is False
    assert spool.dropped == 1


def test_nothing_logged_leaves_nothing(tmp_path: Path) -> None:
    Spool(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_old_files_are_handed_over_while_it_runs(tmp_path: Path) -> None:
    spool = Spool(tmp_path, rotate_s=0.05)
    spool.log({"n": 1})
    eventually(lambda: len(sealed(tmp_path)) == 1)
    spool.log({"n": 2})
    spool.close()
    assert [line["n"] for line in lines(tmp_path)] == [1, 2]
    assert len(sealed(tmp_path)) == 2


def test_full_files_are_handed_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path, rotate_s=3600, rotate_bytes=1000)
    spool.log({"text": "x" * 2000})
    eventually(lambda: len(sealed(tmp_path)) == 1)
    spool.close()


def test_a_full_queue_drops_and_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 3600)
    spool = Spool(tmp_path, queue=3)
    assert [spool.log({"n": number}) for number in range(5)] == [True, True, True, False, False]
    spool.close()
    assert spool.dropped == 2
    assert len(lines(tmp_path)) == 3


def test_a_full_disk_share_drops_and_counts(tmp_path: Path) -> None:
    spool = Spool(tmp_path, cap_bytes=1000)
    spool.log({"text": "x" * 2000})
    spool.close()
    assert (spool.dropped, lines(tmp_path)) == (1, [])


def test_a_folder_that_cannot_be_written_costs_lines_only(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("in the way")
    spool = Spool(tmp_path)
    assert spool.log({"n": 1})
    spool.close()
    assert spool.dropped == 1


def test_a_full_disk_costs_lines_and_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing the file fails too: what is buffered is refused once more. With room again, lines are kept again."""
    create = Segment.create

    def full(folder: Path, now: float) -> Segment:
        segment = create(folder, now)
        segment.file.close()
        segment.file = Path("/dev/full").open("wb")  # noqa: SIM115
        monkeypatch.undo()
        return segment

    monkeypatch.setattr(Segment, "create", full)
    spool = Spool(tmp_path)
    spool.log({"n": 1})
    until(lambda: spool.dropped == 1, "a line that found no room")
    spool.log({"n": 2})
    spool.close()
    assert lines(tmp_path) == [{"n": 2}]


def test_what_json_cannot_say_is_dropped_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.log({"n": float("nan")})
    spool.log({"n": 1})
    spool.close()
    assert (spool.dropped, lines(tmp_path)) == (1, [{"n": 1}])


def test_files_with_an_owner_are_left_alone(tmp_path: Path) -> None:
    segment = Segment.create(tmp_path, 0.0)
    segment.append(b'{"n": 1}\n')
    assert recover(tmp_path) == []
    segment.close()
    assert [path.name for path in recover(tmp_path)] == [segment.path.name]
    assert lines(tmp_path) == [{"n": 1}]


@pytest.mark.parametrize(
    ("content", "whole"),
    [(b'{"n": 1}\n{"n": 2', [{"n": 1}]), (b'{"n": 1}\n', [{"n": 1}]), (b'{"n"', []), (b"", [])],
)
def test_orphans_are_cut_after_the_last_whole_line(tmp_path: Path, content: bytes, whole: list[dict[str, int]]) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "ready").mkdir()
    (tmp_path / "part" / "dead.jsonl").write_bytes(content)
    assert len(recover(tmp_path)) == len(sealed(tmp_path)) == bool(whole)
    assert lines(tmp_path) == whole
    assert list((tmp_path / "part").iterdir()) == []


WRITER = """
import sys, time
from pathlib import Path
from registry.runtime.spool import Spool
spool = Spool(Path(sys.argv[1]), rotate_s=3600)
spool.log({"n": 1})
time.sleep(0.5)
print("written", flush=True)
time.sleep(60)
"""


def test_a_killed_process_loses_nothing_that_was_flushed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert recover(tmp_path) == []
        writer.send_signal(signal.SIGKILL)
    assert len(recover(tmp_path)) == 1
    assert lines(tmp_path) == [{"n": 1}]


FORKER = """
import os, sys, time
from pathlib import Path
from registry.runtime.spool import Spool
spool = Spool(Path(sys.argv[1]), rotate_s=3600)
spool.log({"who": "parent"})
time.sleep(0.5)
child = os.fork()
spool.log({"who": "child" if child == 0 else "parent again"})
spool.close()
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
"""


def test_after_a_fork_each_writes_its_own(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORKER, str(tmp_path)], check=True, env=os.environ)
    assert sorted(line["who"] for line in lines(tmp_path)) == ["child", "parent", "parent again"]
    assert len(sealed(tmp_path)) == 2
    assert recover(tmp_path) == []
