"""Which versions a branch changes, and which of them are to be released. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from registry.behavior import changed as differing
from tasks.ci.seen import Seen

Kind = Literal["new", "edited", "altered", "cases"]
"""`altered`: through a file that versions share (models.yaml, a snippet, a policy). `cases`: only its eval set."""


class Change(NamedTuple):
    """One version that is not what it was."""

    prompt: str
    version: str
    kind: Kind
    why: str

    @property
    def name(self) -> str:
        return f"{self.prompt}@{self.version}"


def changes(before: Mapping[str, Seen], after: Mapping[str, Seen]) -> list[Change]:
    """By prompt and number. An eval set changes only the newest version of a prompt: older ones are not tried again."""
    ordered = sorted(after, key=_place)
    newest = {prompt: list(names)[-1] for prompt, names in groupby(ordered, key=_prompt)}
    return [
        change for name in ordered for change in _change(name, before.get(name), after[name], newest[_prompt(name)])
    ]


def removed(before: Iterable[str], after: Iterable[str]) -> list[str]:
    return sorted(set(before) - set(after), key=_place)


def to_release(found: Sequence[Change]) -> list[Change]:
    """Of each prompt the newest version that behaves differently, or may: new cases release nothing."""
    newest = {change.prompt: change for change in found if change.kind != "cases"}
    return list(newest.values())


def _change(name: str, before: Seen | None, now: Seen, newest: str) -> Iterator[Change]:
    prompt, _, version = name.partition("@")
    if before is None:
        yield Change(prompt, version, "new", "new")
    elif before.text != now.text:
        yield Change(prompt, version, "edited", "its file changed")
    elif before.shas != now.shas:
        yield Change(prompt, version, "altered", _altered(before, now))
    elif before.evals != now.evals and name == newest:
        yield Change(prompt, version, "cases", "its eval set changed")


def _altered(before: Seen, now: Seen) -> str:
    if now.shas is None:
        return "a file that it needs cannot be used any more"
    if before.shas is None:
        return "a file that it needs can be used again"
    return f"{', '.join(differing(before.shas, now.shas))} changed through a file that versions share"


def _prompt(name: str) -> str:
    return name.partition("@")[0]


def _place(name: str) -> tuple[str, int]:
    prompt, _, version = name.partition("@")
    return prompt, int(version[1:])
