from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from deployments.metrics_endpoint import endpoint
from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]


def test_rules_of_what_is_live_and_in_canary(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    place.serve("v1")
    place.canary("v2")
    said = promptship("observability", "render", "-e", "demo", "--output", str(tmp_path / "out"), "--json").document
    assert {alert["version"] for alert in said["alerts"]} == {"v1", "v2"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "promptship.dashboard.json",
        "promptship.rules.test.yaml",
        "promptship.rules.yaml",
    ]


def test_a_version_can_be_named_and_levels_come_along(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    place.serve("v1")
    output = ("--output", str(tmp_path / "out"))
    said = promptship("observability", "render", PROMPT, "-e", "production", "--version", "v3", *output, "--json")
    alerts = [(alert["name"], alert["version"]) for alert in said.document["alerts"]]
    assert ("PromptshipSchemaOkMaxDecrease", "v3") in alerts
    assert ("PromptshipSchemaOkMin", None) in alerts
    assert "promtool test rules" in promptship("observability", "render", PROMPT, *output).out


@pytest.mark.usefixtures("place")
def test_what_cannot_be_rendered_is_said(promptship: Promptship, tmp_path: Path) -> None:
    output = ("--output", str(tmp_path / "out"))
    assert promptship("observability", "render", "--version", "v1", *output).code == 64
    assert promptship("observability", "render", "nobody", *output).code == 3
    assert promptship("observability", "render", PROMPT, "-e", "nowhere", *output).code == 3


def test_the_endpoint_only_reads_and_only_metrics() -> None:
    server = endpoint("127.0.0.1", 0, lambda: "up 1\n")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        root = f"http://127.0.0.1:{server.server_address[1]}"
        with urlopen(f"{root}/metrics", timeout=5) as answer:
            assert answer.read() == b"up 1\n"
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        for path, data, code in (("/", None, 404), ("/metrics", b"x", 501)):
            with pytest.raises(HTTPError) as refused:
                urlopen(Request(root + path, data=data), timeout=5)
            with refused.value:
                assert refused.value.code == code
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_address_in_use_is_said(place: Place, promptship: Promptship) -> None:
    taken = endpoint("127.0.0.1", 0, str)
    try:
        said = promptship("observability", "serve", "--port", str(taken.server_address[1]))
        assert (said.code, "cannot be listened on" in said.err) == (3, True)
    finally:
        taken.server_close()
