"""The examples of docs/stamp-requests.md, run one after the other in a process of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from registry.runtime import routes_change as change
from registry.runtime.publishing import LocalPublisher
from tests.registry.runtime.conftest import AT, artifact
from tests.registry.runtime.serving import written
from tests.registry.runtime.world import live, put

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "stamp-requests.md"
DRIVER = """
from registry.runtime import drivers
class Made:
    def complete(self, request):
        return drivers.Reply('{"order_id": "A-1"}', prompt_tokens=40, output_tokens=12, finish_reason="stop")
    def close(self):
        pass
drivers.register("scripted", lambda model: Made())
"""
WAIT = """
import time
end = time.monotonic() + 20
while handler.outside.records < 1 and time.monotonic() < end:
    time.sleep(0.05)
assert (details.value, details.variant, answer.value["product"]) == ("v1", "live", "lamp")
"""


def test_every_example_runs_and_leaves_its_record(tmp_path: Path) -> None:
    publisher, version = LocalPublisher(tmp_path / "artifacts", tmp_path / "routes"), artifact("v1")
    put(publisher, version)
    table = change.stamped(live(version)(publisher.read_table("production")), operation="op_1", at=AT, by="test")
    publisher.swap(table, 0)
    *blocks, last = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    program = "\n".join([DRIVER, *blocks, WAIT, last])
    environment = os.environ | {"PROMPTSHIP_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", program]
    ran = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    traces, said = written(tmp_path / "spool"), written(tmp_path / "spool", "feedback")
    by_way = [(trace["output"], trace["retrieval"] is not None, trace["unit"] is not None) for trace in traces]
    extracted = '{"order_id": "A-1"}'
    assert sorted(by_way) == sorted(
        [
            *[(extracted, False, True)] * 3,
            ('{"order_id": "A-1", "product": "lamp"}', True, True),
            ("{}", False, True),
            ("", False, True),
        ]
    )
    assert [line["name"] for line in said] == ["thumbs_down"]
