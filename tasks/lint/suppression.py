"""`# lint: ignore PS113 because ...`: findings that somebody has looked at and lets stand.

The comment counts for its own line, or the next one when it stands alone, and for all that is indented below that line;
at the top of the file, before the first key, for the whole file. It has to give a reason. What stands inside a message
is text and never a comment. Only the comments of the file count: PS106 (locked files) and the two rules about these
comments cannot be suppressed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import yaml

from tasks.lint.finding import Finding, Severity

IMPROPER: Final = "PS129"
UNUSED: Final = "PS130"
NEVER: Final = frozenset(("PS100", "PS106", IMPROPER, UNUSED))

_COMMENT = re.compile(r"(?<!\S)#[ \t]*lint:[ \t]*")
_SAID = re.compile(r"ignore[ \t]+(?P<codes>PS\d+(?:[ \t]*,[ \t]*PS\d+)*)(?:[ \t]+because[ \t:]+(?P<reason>.*))?$")
_FEWEST = 2
"""Words of a reason."""


class Suppression(NamedTuple):
    """Lines `first` to `last` of the file, from 1; `everywhere` for all findings, those without a line too."""

    line: int
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int
    everywhere: bool

    def covers(self, finding: Finding) -> bool:
        if finding.code not in self.codes or finding.code in NEVER:
            return False
        return self.everywhere or (finding.line is not None and self.first <= finding.line <= self.last)


class Suppressed(NamedTuple):
    """A finding that stands, with the reason why."""

    finding: Finding
    reason: str


class Sifted(NamedTuple):
    """`kept` has the findings about the comments themselves too."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]


def sift(findings: Sequence[Finding], source: str, known: Sequence[str]) -> Sifted:
    """The findings that count, and those that a comment of the file lets stand. `known` are the codes there are."""
    if "lint:" not in source:
        return Sifted(tuple(findings), ())
    suppressions, improper = read(source, known)
    used: set[tuple[int, str]] = set()
    kept, suppressed = list[Finding](improper), list[Suppressed]()
    for finding in findings:
        by = next((entry for entry in suppressions if entry.covers(finding)), None)
        if by is None:
            kept.append(finding)
        else:
            used.add((by.line, finding.code))
            suppressed.append(Suppressed(finding, by.reason))
    return Sifted((*kept, *_unused(suppressions, used)), tuple(suppressed))


def read(source: str, known: Sequence[str]) -> tuple[list[Suppression], list[Finding]]:
    """All proper suppressions, and what is wrong with the others."""
    lines, found, wrong = source.splitlines(), list[Suppression](), list[Finding]()
    for number, comment in _comments(source, lines):
        said = _SAID.fullmatch(comment.strip())
        problem = _problem(said, known)
        if said is None or problem:
            wrong.append(_improper(number, problem or f"this comment cannot be read: {comment.strip()!r}"))
            continue
        codes = tuple(re.findall(r"PS\d+", said["codes"]))
        found.append(_placed(lines, number, codes, said["reason"].strip()))
    return found, wrong


def _comments(source: str, lines: list[str]) -> Iterator[tuple[int, str]]:
    texts = _text_spans(source)
    for number, line in enumerate(lines, start=1):
        for comment in _COMMENT.finditer(line):
            at = (number - 1, comment.start())
            if not any(start <= at < end for start, end in texts):
                yield number, line[comment.end() :]
                break


def _text_spans(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """(line, column) from and to, from 0, of every scalar's text; the line that opens a block belongs to no text."""
    spans = []
    try:
        for token in yaml.scan(source, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken):
                block = token.style in ("|", ">")
                start = (token.start_mark.line + 1, 0) if block else (token.start_mark.line, token.start_mark.column)
                spans.append((start, (token.end_mark.line, token.end_mark.column)))
    except yaml.YAMLError:
        return spans
    return spans


def _problem(said: re.Match[str] | None, known: Sequence[str]) -> str | None:
    if said is None:
        return None
    codes = re.findall(r"PS\d+", said["codes"])
    if unknown := [code for code in codes if code not in known]:
        return f"there is no rule {', '.join(unknown)}"
    if fixed := [code for code in codes if code in NEVER]:
        return f"{', '.join(fixed)} cannot be suppressed"
    return None if len(re.findall(r"\w+", said["reason"] or "")) >= _FEWEST else f"{', '.join(codes)} without a reason"


def _placed(lines: list[str], number: int, codes: tuple[str, ...], reason: str) -> Suppression:
    alone = lines[number - 1].lstrip().startswith("#")
    first = _next_line(lines, number) if alone else number
    top = alone and not any(_speaks(line) for line in lines[: number - 1])
    return Suppression(number, codes, reason, first, _last_below(lines, first), top)


def _next_line(lines: list[str], number: int) -> int:
    """The first line behind a comment that is none itself."""
    return next((at for at in range(number + 1, len(lines) + 1) if _speaks(lines[at - 1])), number)


def _last_below(lines: list[str], first: int) -> int:
    """The last line that is indented deeper than `first`, or `first` itself."""
    indent, last = _indent(lines[first - 1]), first
    for number in range(first + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.strip() and _indent(line) <= indent:
            break
        last = number
    return last


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#") and line.strip() != "---"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _improper(line: int, found: str) -> Finding:
    example = "# lint: ignore PS113 because it is an example of an attack"
    return Finding(IMPROPER, Severity.ERROR, line, f"a suppression that does not count: {found}", example, "Correct it")


def _unused(suppressions: list[Suppression], used: set[tuple[int, str]]) -> Iterator[Finding]:
    for entry in suppressions:
        for code in entry.codes:
            if (entry.line, code) not in used:
                found = f"{code} is suppressed here, and does not occur"
                yield Finding(UNUSED, Severity.WARNING, entry.line, found, "suppressions of what is there", "Remove it")
