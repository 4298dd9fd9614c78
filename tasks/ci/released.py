"""How a release ended, as CI reads it: from a flow run's state, or from the exit code of a walk. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tasks.release.verdict import Verdict

_VERDICTS: Final = {
    "Promoted": Verdict.PASS,
    "AlreadyLive": Verdict.PASS,
    "Rejected": Verdict.REJECT,
    "RolledBack": Verdict.REJECT,
    "Held": Verdict.INCONCLUSIVE,
    "Waiting": Verdict.INCONCLUSIVE,
    "Watching": Verdict.INCONCLUSIVE,
    "Suspended": Verdict.INCONCLUSIVE,
    "Error": Verdict.ERROR,
}
_CODES: Final = (Verdict.PASS, Verdict.REJECT, Verdict.INCONCLUSIVE, Verdict.ERROR)
_FINAL: Final = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")


class Released(NamedTuple):
    """`release` is its id, None when none was opened; `run` the address of its flow run, None without a server."""

    version: str
    verdict: Verdict
    sentence: str
    release: str | None = None
    run: str | None = None


def of_code(code: int) -> Verdict:
    """0 to 3, as `promptship release start` ends; anything else is an error."""
    return _CODES[code] if code in range(len(_CODES)) else Verdict.ERROR


def of_run(version: str, run: Mapping[str, Any], address: str) -> Released | None:
    """From a flow run as the API shows it; None while it goes on.

    A run that is suspended waits for a person, which CI does not. A state without a name of ours (crashed, cancelled)
    is an error, unless the run's label told the verdict before it came to that.
    """
    state = run.get("state") or {}
    if state.get("type") not in (*_FINAL, "PAUSED"):
        return None
    labels = run.get("labels") or {}
    name = str(state.get("name") or "")
    said = str(state.get("message") or name or "it ended without a word")
    release = labels.get("promptship.release")
    return Released(
        version, _verdict(name, str(state["type"]), labels), said, str(release) if release else None, address
    )


def _verdict(name: str, kind: str, labels: Mapping[str, Any]) -> Verdict:
    """`Stopped` is green when every stage that was asked for passed."""
    if name == "Stopped":
        return Verdict.PASS if kind == "COMPLETED" else Verdict.INCONCLUSIVE
    if kind == "PAUSED":
        return Verdict.INCONCLUSIVE
    return _VERDICTS.get(name) or _VERDICTS.get(str(labels.get("promptship.verdict")), Verdict.ERROR)
