"""The peers of the benches: in a folder of their own that BENCH_PEERS names, never in this project's environment.

uv venv P
uv pip install --python P inspect_ai openai langfuse openfeature-provider-flagd
npm install --prefix P promptfoo
make bench BENCH_PEERS=P
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

INSTALLED = {
    "promptfoo": ("node_modules/.bin/promptfoo", "npm install --prefix {peers} promptfoo"),
    "inspect_ai": ("bin/inspect", "uv pip install --python {peers} inspect_ai openai"),
    "langfuse": ("lib/python3.*/site-packages/langfuse", "uv pip install --python {peers} langfuse"),
    "flagd": (
        "lib/python3.*/site-packages/openfeature/contrib/provider/flagd",
        "uv pip install --python {peers} openfeature-provider-flagd",
    ),
}
"""What is looked for in the folder, and what puts it there."""


def found(name: str) -> Path:
    """The command or package of this peer. Without it the test is skipped, and says what installs it."""
    where, install = INSTALLED[name]
    told = os.environ.get("BENCH_PEERS")
    there = sorted(Path(told).absolute().glob(where)) if told else []
    if not there:
        peers = told or "/tmp/peers"
        first = "" if told else f"uv venv {peers}; "
        pytest.skip(f"no {name}: {first}{install.format(peers=peers)}; make bench BENCH_PEERS={peers}")
    return there[0]


def python() -> str:
    """The interpreter of the folder."""
    return str(Path(os.environ["BENCH_PEERS"]).absolute() / "bin/python")
