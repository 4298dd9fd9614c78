from __future__ import annotations

import pytest

from registry.yaml_document import Document
from tasks.lint.finding import Finding, Severity
from tasks.lint.lint import CODES
from tasks.lint.suppression import sift

SOURCE = """\
{top}
id: order-extract  # the usual
messages:
  {alone}
  - role: system
    content: |-  {block}
      Be brief.  {inside}
      Be long.
  - role: user
    content: "x # lint: ignore PS117 because it is quoted"  {line}
owner: support
"""
PLACES = ("top", "alone", "block", "inside", "line")
IGNORE = "# lint: ignore PS117 because both are meant"


def written(**comments: str) -> str:
    return SOURCE.format(**{place: comments.get(place, "#") for place in PLACES})


def finding(line: int | None, code: str = "PS117") -> Finding:
    return Finding(code, Severity.ERROR, line, "found", "expected", "fix")


def kept(source: str, *findings: Finding) -> list[tuple[str, int | None]]:
    return [(left.code, left.line) for left in sift(findings, source, CODES).kept]


def test_the_source_is_what_lines_count_in() -> None:
    assert Document(written()).problems == []
    assert written().splitlines()[6].strip().startswith("Be brief")


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ("top", [2, 5, 7, 8, 10, 11, None]),
        ("alone", [5, 6, 7, 8]),
        ("block", [6, 7, 8]),
        ("line", [10]),
    ],
)
def test_what_a_comment_covers(place: str, lines: list[int | None]) -> None:
    everywhere = [2, 5, 6, 7, 8, 9, 10, 11, None]
    findings = [finding(line) for line in everywhere]
    sifted = sift(findings, written(**{place: IGNORE}), CODES)
    covered = [entry.finding.line for entry in sifted.suppressed]
    assert [line for line in covered if line in lines] == lines
    assert set(covered) - set(lines) <= ({6, 9} if place == "top" else set())
    assert {entry.reason for entry in sifted.suppressed} == {"both are meant"}


@pytest.mark.parametrize("source", [written(inside=IGNORE), written()])
def test_text_is_no_comment(source: str) -> None:
    assert kept(source, finding(7), finding(10)) == [("PS117", 7), ("PS117", 10)]


@pytest.mark.parametrize(
    "comment",
    [
        "# lint: ignore PS117",
        "# lint: ignore PS117 because",
        "# lint: ignore PS117 because so",
        "# lint: ignore PS117 for it is meant",
        "# lint: ignore because it is meant",
        "# lint: disable PS117 because it is meant",
        "# lint: ignore PS999 because it is meant",
        "# lint: ignore PS106 because it is meant",
        "# lint: ignore PS129 because it is meant",
    ],
)
def test_improper_ones_suppress_nothing(comment: str) -> None:
    assert kept(written(line=comment), finding(10)) == [("PS129", 10), ("PS117", 10)]


def test_unused_ones_are_warnings() -> None:
    comment = "# lint: ignore PS117, PS126 because both are meant"
    (left,) = sift([finding(10)], written(line=comment), CODES).kept
    assert (left.code, left.line, left.severity) == ("PS130", 10, Severity.WARNING)
    assert "PS126" in left.found


def test_other_codes_stay() -> None:
    assert kept(written(line=IGNORE), finding(10), finding(10, "PS126")) == [("PS126", 10)]


def test_a_locked_file_that_changed_is_never_suppressed() -> None:
    assert ("PS106", None) in kept(written(top="# lint: ignore PS106 because we are late"), finding(None, "PS106"))


def test_windows_line_ends() -> None:
    source = written(line=IGNORE).replace("\n", "\r\n")
    assert kept(source, finding(10)) == []
