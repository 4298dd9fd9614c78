"""The page in a real browser: needs Chromium on the path (Debian's `chromium`), nothing from a Python package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.report.material import Material
from tasks.report.page import render
from tests.tasks.report.conftest import hostile_diff, material

__all__ = ["hostile_diff", "material"]

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the path, and CHROMIUM names none"),
]
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


class Browser:
    """Chromium by its DevTools protocol over a pipe: messages of JSON, each ended by a zero byte."""

    def __init__(self, profile: Path) -> None:
        (there, self._out), (self._in, back) = os.pipe(), os.pipe()
        command = [str(CHROMIUM), *QUIET, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        shell = ["bash", "-c", f'exec "$@" 3<&{there} 4>&{back}', "bash", *command]
        self._process = subprocess.Popen(shell, pass_fds=(there, back), stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(back)
        self._number, self._rest, self._session = 0, b"", ""
        self.events: list[dict[str, Any]] = []

    def attach(self) -> None:
        """To the one page there is."""
        (page,) = (one for one in self.say("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self._session = self.say("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.say(f"{domain}.enable")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._in)
        os.close(self._out)

    def say(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer; events that come before it are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (heard := self._hear()).get("id") != self._number:
            self.events.append(heard)
        assert "error" not in heard, heard
        found: dict[str, Any] = heard["result"]
        return found

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._in, 1 << 20)
            assert more, "Chromium went away"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def show(self, path: Path, *, width: int, scheme: str = "light") -> None:
        """Load a page at a width and wait until it stands."""
        self.say("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.say("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.say("Page.navigate", url=path.as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._hear())

    def value(self, expression: str) -> Any:
        return self.say("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def of_kind(self, *methods: str) -> list[dict[str, Any]]:
        return [one["params"] for one in self.events if one.get("method") in methods]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    opened = Browser(tmp_path / "profile")
    try:
        opened.attach()
        yield opened
    finally:
        opened.close()


@pytest.fixture
def page(material: Callable[..., Material], hostile_diff: Any, tmp_path: Path) -> Path:
    """A report whose texts try to be markup."""
    evil = "<script>document.title='taken'</script><img src=http://127.0.0.1:9/x>"
    path = tmp_path / "report.html"
    path.write_text(render(material({"reason": evil, "author": evil * 3}, diff=hostile_diff)), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_no_width_scrolls_sideways(browser: Browser, page: Path, width: int) -> None:
    browser.show(page, width=width)
    assert browser.value("document.documentElement.scrollWidth") <= width


def test_nothing_is_loaded_run_or_refused(browser: Browser, page: Path) -> None:
    """The style is taken, so the policy names its hash rightly; no other request, script, dialog or complaint."""
    browser.show(page, width=1280)
    asked = [one["request"]["url"] for one in browser.of_kind("Network.requestWillBeSent")]
    assert asked == [page.as_uri()]
    assert not browser.of_kind("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening")
    assert browser.value("document.title") == "order-extract v3 in demo: promoted"
    assert browser.value("document.scripts.length + document.images.length") == 0
    assert browser.value("getComputedStyle(document.querySelector('main')).maxWidth") == "960px"


def test_every_plot_takes_up_room(browser: Browser, page: Path) -> None:
    browser.show(page, width=375)
    sizes = browser.value(
        "[...document.querySelectorAll('svg[role=img]')].map(one => one.getBoundingClientRect().width)"
    )
    assert len(sizes) > 8
    assert min(sizes) > 200


def test_light_and_dark_follow_the_reader(browser: Browser, page: Path) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        browser.show(page, width=1280, scheme=scheme)
        grounds.append(browser.value("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(252, 251, 248)", "rgb(22, 25, 29)"]


def test_it_prints(browser: Browser, page: Path) -> None:
    browser.show(page, width=1280)
    assert len(browser.say("Page.printToPDF")["data"]) > 10_000
