"""For a terminal: `[-gone-]{+new+}` as wdiff writes it, in colors where the terminal has them."""

from __future__ import annotations

from collections.abc import Iterator

from .impact import Level
from .report import Item, Section, behaviors, sections, title
from .version_diff import VersionDiff
from .visible import visible
from .words import Run

_COLORS = {"bold": "1", "dim": "2", "gone": "31", "new": "32", Level.MAY_BREAK: "33", Level.BREAKS: "1;31"}
_MARKS = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}


def render(diff: VersionDiff, color: bool = False) -> str:
    """Ends with a line break. What the versions say cannot steer the terminal."""
    head = f"{_paint(visible(title(diff)), 'bold', color)}  {_paint(behaviors(diff), 'dim', color)}"
    return "\n".join([head, *_lines(diff, color)]) + "\n"


def _lines(diff: VersionDiff, color: bool) -> Iterator[str]:
    for section in sections(diff):
        yield from _section(section, color)


def _section(section: Section, color: bool) -> Iterator[str]:
    yield f"\n{_paint(section.title, 'bold', color)}"
    for item in section.items:
        yield from _item(item, color)


def _item(item: Item, color: bool) -> Iterator[str]:
    level = item.level
    yield "  " + _paint(visible(item.head), level, color)
    body = "".join(_run(run, color) for run in item.runs)
    yield from (f"    {line}" for line in body.split("\n") if body)


def _run(run: Run, color: bool) -> str:
    """Line by line, so that no color runs over the margin."""
    opening, closing = _MARKS[run.kind]
    text = f"{opening}{visible(run.text)}{closing}"
    return "\n".join(_paint(line, run.kind, color) for line in text.split("\n"))


def _paint(text: str, style: str, color: bool) -> str:
    code = _COLORS.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if color and code and text else text
