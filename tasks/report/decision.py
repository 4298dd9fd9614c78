"""What was decided in one sentence, and how to take it back: the same words in markdown and on the page."""

from __future__ import annotations

from typing import NamedTuple

from tasks.ledger.release import Release

_SAID = {
    "promote": "was promoted in",
    "reject": "was rejected for",
    "roll_back": "was rolled back in",
    "hold": "is held, not promoted, in",
    None: "is not decided yet in",
}
DONE = {"promote": "promoted", "reject": "rejected", "roll_back": "rolled back", "hold": "held", None: "open"}


class WayBack(NamedTuple):
    """`command` is None where there is nothing to run."""

    sentence: str
    command: str | None


def sentence(row: Release) -> str:
    """`order-extract v3 was promoted in demo, in place of v2.`"""
    name = (
        f"{row.prompt_id} {row.to_version} {_SAID.get(row.decision, f'ended as {row.decision} in')} {row.environment}"
    )
    return f"{name}{_consequence(row)}."


def _consequence(row: Release) -> str:
    if row.decision == "promote":
        return f", in place of {row.from_version}" if row.from_version else ": its first version there"
    if row.decision is None:
        return ""
    return f"; {row.from_version} stayed live" if row.from_version else "; nothing was live before"


def way_back(row: Release) -> WayBack:
    """For whoever has to undo this release now."""
    if row.decision is None:
        command = f"promptship release abort {row.release_id} --reason WHY"
        return WayBack("The release is open: ending it withdraws its canary and leaves live as it is.", command)
    if row.from_behavior is None:
        return WayBack("Nothing was live before: there is no version to go back to.", None)
    if row.decision != "promote":
        return WayBack(f"There is nothing to reverse: all traffic is on {row.from_version}, as before.", None)
    reverse = row.change_note.get("reverse")
    note = f"The change note says: {reverse}." if reverse else "The change note names no way back."
    where = f"--environment {row.environment} --from {row.to_behavior}"
    return WayBack(note, f"promptship rollback {row.prompt_id} {where} --reason WHY")
