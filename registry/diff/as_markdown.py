"""For a pull request: GitHub's markdown, in which nothing that a version says is markup, a link or a mention.

Sentences stand in `<code>` with their punctuation as entities, texts in `<pre>`: GitHub links no names, numbers or
addresses in either.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from .impact import Level
from .report import Item, Section, behaviors, sections, title
from .version_diff import VersionDiff
from .visible import visible
from .words import Run

_MARK = re.compile(r"[!-'*+./:-@\[-`{-~]")
_TAGS = {"same": ("", ""), "gone": ("<del>", "</del>"), "new": ("<ins>", "</ins>")}
_SIGNS = {Level.SAFE: "", Level.MAY_BREAK: "\u26a0\ufe0f ", Level.BREAKS: "\u274c "}


def render(diff: VersionDiff) -> str:
    """Ends with a line break."""
    return "\n".join([f"## {code(title(diff))}", "", code(behaviors(diff)), *_lines(diff)]) + "\n"


def _lines(diff: VersionDiff) -> Iterator[str]:
    for section in sections(diff):
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"### {section.title}", "")
    for item in section.items:
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    yield f"- {_SIGNS[item.level]}{code(item.head)}"
    if item.runs:
        yield from ("", f"<pre>{''.join(map(_run, item.runs))}</pre>", "")


def _run(run: Run) -> str:
    opening, closing = _TAGS[run.kind]
    return f"{opening}{html.escape(visible(run.text))}{closing}"


def code(text: str) -> str:
    """One line that is no markup, link or mention: every ASCII mark that markdown could read is an entity."""
    line = " ".join(visible(text).split())
    return f"<code>{_MARK.sub(lambda found: f'&#{ord(found.group())};', line)}</code>"
