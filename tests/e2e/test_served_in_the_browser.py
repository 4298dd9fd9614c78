"""An operator's day in Prefect's page: release from the form, read the evidence, approve, roll back, cancel.

In a real Chromium, on everything that `promptship serve` starts; nothing leaves this machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tasks.ledger import changelog, release
from tests.e2e.conftest import DOUBTED
from tests.polling import until
from tests.served import RUN_S, Served
from tests.world import PROMPT

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.prefect,
    pytest.mark.timeout(1200, func_only=True),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the path, and CHROMIUM names none"),
]

PATIENCE_MS = 120_000
AGAIN_MS = 20_000
"""A click is made again when nothing has come of it for so long: one that comes while a page is drawn is none."""
TRIES = 6
LOCAL = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""Page.route would hold a request for as long as the test itself waits for something."""


@dataclass(frozen=True)
class Operator:
    """Somebody with a browser. Nothing is asked of any other host; the page would call an analytics one."""

    here: Served
    page: Page

    def start(self, deployment: str, choices: dict[str, str], texts: dict[str, str]) -> str:
        """Fill in the form of a deployment and submit it; the run's id."""
        found = self.here.ask(f"deployments/name/{deployment}/{deployment}")["id"]
        self.page.goto(f"{self.here.url}/v2/deployments/deployment/{found}/run")
        before = {run["id"] for run in self._runs(found)}
        form, submit = self.page.url, self.page.get_by_role("button", name="Submit")
        for _ in range(TRIES):
            self._fill_in(choices, texts)
            submit.click()
            if self._comes(lambda: self.page.wait_for_url(lambda url: url != form, timeout=AGAIN_MS)):
                break
        new = until(lambda: [run for run in self._runs(found) if run["id"] not in before], f"a run of {deployment}")
        return str(new[0]["id"])

    def _fill_in(self, choices: dict[str, str], texts: dict[str, str]) -> None:
        """What is filled in already stays."""
        for label, option in choices.items():
            field = self.page.get_by_label(label)
            if option not in field.inner_text():
                self.click(field, self.page.get_by_role("option", name=option, exact=True))
        for label, text in texts.items():
            self.page.get_by_label(label).fill(text)

    def click(self, opens: Locator, what: Locator) -> None:
        """What is shown only once `opens` was clicked."""
        for _ in range(TRIES):
            opens.click()
            if self._comes(lambda: what.wait_for(timeout=AGAIN_MS)):
                break
        what.click()

    def _comes(self, wait: Callable[[], object]) -> bool:
        from playwright.sync_api import TimeoutError as Late

        with suppress(Late):
            wait()
            return True
        return False

    def _runs(self, deployment: str) -> Any:
        return self.here.ask("flow_runs/filter", {"flow_runs": {"deployment_id": {"any_": [deployment]}}})

    def open(self, run: str, tab: str = "Artifacts") -> None:
        self.page.goto(f"{self.here.url}/v2/runs/flow-run/{run}")
        self.page.get_by_role("tab", name=tab).click()

    def read(self, artifact: str, *said: str) -> None:
        """Open an artifact of the open run; returns when it says all of this."""
        self.page.locator(f"a[href$='/artifacts/key/{artifact}']").first.click()
        self.page.locator("a[href*='/artifacts/artifact/']").first.click()
        for text in said:
            self.page.get_by_text(text).first.wait_for()

    def choose(self, action: str) -> None:
        """From the menu of the open run."""
        menu = self.page.get_by_role("button", name="Open menu").first
        self.click(menu, self.page.get_by_role("menuitem", name=action))

    def answer(self, run: str, question: str, decision: str, reason: str) -> None:
        """What a run asks for that is suspended."""
        self.open(run)
        self.choose("Resume")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text(question).wait_for()
        self.click(dialog.get_by_label("Decision"), self.page.get_by_role("option", name=decision))
        dialog.get_by_label("Your name").fill("Bo Lind")
        dialog.get_by_label("Reason").fill(reason)
        dialog.get_by_role("button", name="Resume").click()


@pytest.fixture(scope="module")
def operator(here: Served) -> Iterator[Operator]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", LOCAL])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE_MS)
        yield Operator(here, page)
        browser.close()


def test_release_approve_and_roll_back(here: Served, operator: Operator) -> None:
    here.change(approval="{low: [before_canary]}")
    # when a release is started from the form
    run = operator.start("release", {"Prompt version": f"{PROMPT}@v2", "Environment": "demo"}, {"Your name": "Ana"})
    # then it goes on although its worker dies, which is replaced, and waits for a person
    here.end(run, "Running", "Suspended")
    here.replaced("worker", here.kill("worker"))
    here.end(run, "Suspended")
    asked = len(here.model.cases)
    # and the evidence can be read
    operator.open(run)
    operator.read(f"gate-{PROMPT}", "Gate: pass", "Better than live, proved", "interval", "/reports/rel_")
    operator.open(run)
    operator.read(f"diff-{PROMPT}", "quality [-40-]{+80+} broken 0")
    # when it is approved
    operator.answer(run, f"{PROMPT} v2 in demo: give it 50 % of the traffic?", "approve", "read all of it")
    # then it is promoted, without asking a model again about a case, and the page says so
    promoted = here.end(run, "Promoted")
    assert {PROMPT, f"{PROMPT}@v2", "demo", "Promoted"} <= set(promoted["tags"])
    assert here.route().live.version == "v2"
    assert len(here.model.cases) == asked
    operator.open(run)
    operator.page.get_by_text("Promoted", exact=True).first.wait_for()
    operator.read(f"report-{PROMPT}", f"{PROMPT} v2 in demo: promoted", "Bo Lind approved")
    # when rollback is pressed
    back = operator.start(
        "rollback",
        {"Prompt": PROMPT, "Environment": "demo"},
        {"Reason": "refunds are misread", "Your name": "Bo Lind"},
    )
    # then the version before is live
    taken = here.end(back, "TakenBack")
    assert f"{PROMPT} in demo: v2 -> v1" in taken["state"]["message"]
    assert here.route().live.version == "v1"
    newest, released = changelog.entries(here.workspace.store)[:2]
    assert (newest.kind, newest.author, newest.why) == ("rollback", "Bo Lind", "refunds are misread")
    assert (released.decision, released.approved_by) == ("promote", "Bo Lind")


def test_refused_in_the_dialog_a_release_ends_as_rejected(here: Served, operator: Operator) -> None:
    # given a gate that cannot tell
    run = here.start("release", order={"version": f"{DOUBTED}@v1", "environment": "demo", "by": "Ana"})
    here.end(run, "Suspended")
    # when a person says no
    operator.answer(run, "go on although its gate was inconclusive?", "reject", "too few cases to know")
    # then that is what the run says, and who said it
    refused = here.end(run, "Rejected")
    assert {DOUBTED, f"{DOUBTED}@v1", "demo", "Rejected"} <= set(refused["tags"])
    assert "Bo Lind" in refused["state"]["message"]
    assert "too few cases to know" in refused["state"]["message"]


def test_cancelled_in_the_page_a_canary_gives_its_traffic_back(here: Served, operator: Operator) -> None:
    here.change(approval="{low: []}", dwell="{low: 30m}", lease="600s")
    run = operator.start("release", {"Prompt version": f"{PROMPT}@v3", "Environment": "demo"}, {})
    until(lambda: here.route().canary, "the canary", RUN_S)
    operator.open(run)
    operator.choose("Cancel")
    operator.page.get_by_role("button", name="Cancel Flow Run").click()
    until(lambda: here.route().canary is None, "live alone")
    here.end(run, "Cancelled")
    assert here.route().live.version == "v1"
    ended = release.recent(here.workspace.store)[0]
    assert (ended.to_version, ended.decision) == ("v3", "roll_back")
    assert "its run was cancelled in Prefect" in (ended.reason or "")
