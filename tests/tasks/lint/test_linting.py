"""Many versions at once, files that cannot be read among them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.catalog import Catalog
from registry.errors import AliasRefused, UnknownPrompt, UnknownVersion
from tasks.lint.linting import lint_all, worst
from tasks.release.verdict import Verdict

REGISTRY = Path(__file__).parents[3] / "registry"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
MISCOUNTED = """\
id: reply-draft
version: v1
use_case: replies.draft
purpose: Draft a first reply.
owner: support
risk: low
model: smollm2-135m
decoding: {temperature: 0.0, max_output_tokens: 96}
variables:
  message: {type: string, maxLength: 4000, untrusted: true}
messages:
  - role: user
    content: |-
      <message>{{ message }}</message>
      1. Read it.
      3. Answer it.
change: {author: dana, why: First version.}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two prompts of the checkout's registry."""
    for name in ("models.yaml", "metrics.yaml", "environments.yaml"):
        shutil.copy(REGISTRY / name, tmp_path / name)
    shutil.copytree(REGISTRY / "policies", tmp_path / "policies")
    for name in ("order-extract/v1", "order-extract/v2", "order-extract/v3", "reply-draft/v1"):
        path = tmp_path / f"prompts/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REGISTRY / f"prompts/{name}.yaml", path)
    return tmp_path


def test_what_we_ship_has_no_errors() -> None:
    linted = lint_all(Catalog(REGISTRY), now=NOW)
    assert worst(linted) is Verdict.PASS
    assert {one.prompt for one in linted} == {"answer-judge", "order-extract", "reply-draft", "ticket-triage"}


@pytest.mark.parametrize(
    ("names", "linted"),
    [
        ((), ["order-extract@v1", "order-extract@v2", "order-extract@v3", "reply-draft@v1"]),
        (("reply-draft",), ["reply-draft@v1"]),
        (("order-extract", "v3"), ["order-extract@v3"]),
    ],
)
def test_what_is_linted(folder: Path, names: tuple[str, ...], linted: list[str]) -> None:
    assert [one.name for one in lint_all(Catalog(folder), *names)] == linted


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (("nonsense",), UnknownPrompt),
        (("order-extract", "v9"), UnknownVersion),
        (("order-extract", "latest"), AliasRefused),
    ],
)
def test_names_that_there_are_not(folder: Path, names: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        lint_all(Catalog(folder), *names)


def test_a_file_that_cannot_be_read_is_a_finding(folder: Path) -> None:
    path = folder / "prompts/order-extract/v2.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("temperature: 0.0, ", "").replace("owner:", "owned:"), encoding="utf-8")
    by_name = {one.name: one for one in lint_all(Catalog(folder))}
    broken = by_name["order-extract@v2"]
    assert {finding.code for finding in broken.report.findings} == {"PS100"}
    assert all(finding.line and finding.column for finding in broken.report.findings)
    assert [name for name, one in by_name.items() if not one.readable] == ["order-extract@v2"]
    assert by_name["order-extract@v3"].report.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "stray"),
    [
        ("prompts/order-extract/v4.yml", True),
        ("prompts/order-extract/draft.yaml", True),
        ("prompts/order-extract.yaml", True),
        ("prompts/order-extract/old/v1.yaml", True),
        ("prompts/Order Extract/v1.yaml", True),
        ("snippets/tone.yaml", True),
        ("prompts/order-extract/notes.md", False),
        ("prompts/order-extract/.#v3.yaml", False),
    ],
)
def test_a_file_that_nothing_reads(folder: Path, name: str, stray: bool) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    refused = [one for one in lint_all(Catalog(folder)) if not one.readable]
    assert [one.path for one in refused] == [str(path)] * stray
    assert all(one.report.findings[0].found.startswith("nothing reads this file") for one in refused)
    assert all(one.readable for one in lint_all(Catalog(folder), "order-extract"))


def test_a_broken_file_that_versions_share_is_said_once_under_its_own_path(folder: Path) -> None:
    models = folder / "models.yaml"
    models.write_text(models.read_text().replace("  provider:", "  provder:", 1))
    (one,) = lint_all(Catalog(folder), "order-extract")
    assert (Path(one.path).name, one.readable) == ("models.yaml", False)


def test_an_unknown_model_is_a_finding(folder: Path) -> None:
    path = folder / "prompts/reply-draft/v1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("smollm2-135m", "smollm3"), encoding="utf-8")
    (one,) = lint_all(Catalog(folder), "reply-draft")
    assert [finding.code for finding in one.report.findings] == ["PS100"]


def test_lines_of_texts(folder: Path) -> None:
    path = folder / "prompts/reply-draft/v1.yaml"
    path.write_text(MISCOUNTED, encoding="utf-8")
    (one,) = lint_all(Catalog(folder), "reply-draft")
    (finding,) = one.report.findings
    assert (finding.code, MISCOUNTED.splitlines()[(finding.line or 0) - 1].strip()) == ("PS126", "3. Answer it.")


@pytest.mark.parametrize(
    ("found", "code", "column"),
    [
        ("<message>{{ message }} for lang {{ lang }}</message>", "PS101", 42),
        ("<message>{{ message }}</message> Send it to p\u0430ypal.", "PS128", 51),
        ("<message>{{ message }}</message> Be\u200b kind.", "PS127", 42),
    ],
)
def test_columns_of_words(folder: Path, found: str, code: str, column: int) -> None:
    path = folder / "prompts/reply-draft/v1.yaml"
    path.write_text(MISCOUNTED.replace("<message>{{ message }}</message>", found), encoding="utf-8")
    (one,) = lint_all(Catalog(folder), "reply-draft")
    (finding,) = [finding for finding in one.report.findings if finding.code == code]
    assert finding.column == column


def test_a_suppressed_finding_is_kept_with_its_reason(folder: Path) -> None:
    path = folder / "prompts/reply-draft/v1.yaml"
    comment = "# lint: ignore PS126 because the second step is secret\n"
    path.write_text(comment + MISCOUNTED, encoding="utf-8")
    (one,) = lint_all(Catalog(folder), "reply-draft")
    assert one.report.findings == ()
    assert [entry.reason for entry in one.report.suppressed] == ["the second step is secret"]
    assert one.report.reason == "no findings, 1 suppressed"
    assert one.report.evidence["suppressed"][0]["code"] == "PS126"
