"""How lint does on texts that were written elsewhere (texts/README.md): how often it cries wolf, what it catches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from registry.catalog import Catalog
from registry.importers.notes import Notes
from registry.importers.promptfoo_config import read_config
from registry.importers.version_file import Settings, prompt_id, version_of
from tasks.lint.finding import Severity
from tasks.lint.lint import lint
from tasks.lint.subject import Subject
from tests.tasks.lint.conftest import REGISTRY

TEXTS = Path(__file__).parent / "texts"
ABOUT_THE_NOTE = {"PS104", "PS110", "PS111", "PS124"}
"""An imported version has no expectation yet: what these say is no judgement of its text."""


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TEXTS / name).read_text(encoding="utf-8").splitlines()]


def imported(prompts: list[dict[str, Any]], folder: Path) -> list[Subject]:
    """As `prompt import` with its defaults makes them of a promptfoo config."""
    catalog, config = Catalog(REGISTRY), folder / "promptfooconfig.json"
    entries = [{"label": f"p{number}", "raw": prompt["text"]} for number, prompt in enumerate(prompts)]
    config.write_text(json.dumps({"prompts": entries, "providers": ["openai:gpt-4o"]}))
    drafts = read_config(config).drafts
    settings = [Settings(prompt_id(draft.name), model="smollm2-135m") for draft in drafts]
    versions = [version_of(*pair, catalog.models, Notes()) for pair in zip(drafts, settings, strict=True)]
    return [Subject(version, catalog.behavior(version), models=catalog.models) for version in versions]


def test_ordinary_prompts_draw_hardly_an_error(tmp_path: Path) -> None:
    prompts = read("ordinary.jsonl")
    subjects = imported(prompts, tmp_path)
    assert len(subjects) >= 0.95 * len(prompts), "the others hold braces that are no template, and are refused"
    wrong = [
        (subject.version.id, finding)
        for subject in subjects
        for finding in lint(subject).findings
        if finding.severity is Severity.ERROR and finding.code not in ABOUT_THE_NOTE
    ]
    assert len({name for name, _ in wrong}) <= 0.03 * len(subjects), wrong


def flagged(make: Callable[..., Subject], text: str) -> bool:
    user = f"<document>\n{text}\n</document>\n<message>{{{{ message }}}}</message>"
    report = lint(make(risk="high", messages=[{"role": "user", "content": user}]))
    return any(finding.code == "PS113" for finding in report.findings)


def test_most_planted_instructions_are_flagged(make: Callable[..., Subject]) -> None:
    planted = [one["text"] for one in read("planted.jsonl") if one["planted"]]
    assert sum(flagged(make, text) for text in planted) >= 0.6 * len(planted)


def test_what_only_looks_planted_is_mostly_left_alone(make: Callable[..., Subject]) -> None:
    others = [one["text"] for one in read("planted.jsonl") if not one["planted"]]
    assert sum(flagged(make, text) for text in others) <= 0.1 * len(others)
