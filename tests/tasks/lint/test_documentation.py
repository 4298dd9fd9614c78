"""docs/lint.md is current, and its examples draw what they are examples of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.behavior import COMPONENTS
from registry.lock import Locked
from registry.models import Model
from tasks.lint.documentation import SHOWN, with_table
from tasks.lint.lint import CODES, lint
from tasks.lint.subject import Subject
from tests.tasks.lint.conftest import CLEAN

PAGE = Path(__file__).parents[3] / "docs/lint.md"
ELSEWHERE = Locked(behavior="0" * 64, components=dict.fromkeys(COMPONENTS, "0" * 64), change="0" * 64)


def model(**over: Any) -> dict[str, Model]:
    entry = {"provider": "openai", "model": "gpt-4o", "reach": {"driver": "litellm"}, **over}
    return {"smollm2-135m": Model.model_validate(entry)}


AROUND: dict[str, dict[str, Any]] = {
    "PS106": {"locked": ELSEWHERE},
    "PS120": {"before": CLEAN["output"]["schema"]},
    "PS121": {"models": model()},
    "PS122": {"models": model(retires=date(2026, 4, 20)), "now": datetime(2026, 4, 1, tzinfo=UTC)},
    "PS123": {"models": model(model="gpt-4o-2024-08-06", limits={"context": 2048})},
    "PS125": {"traffic": 500},
}
IN_WORDS = ("PS100", "PS105", "PS109", "PS121", "PS122", "PS129", "PS130")
"""Tested elsewhere: they need a file, a neighbour or an entry of models.yaml, or show no whole secret."""


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page


def test_every_code_has_an_example() -> None:
    assert tuple(SHOWN) == CODES


@pytest.mark.parametrize("code", [code for code in CODES if code not in IN_WORDS])
def test_examples(make: Callable[..., Subject], code: str) -> None:
    subject = make(AROUND.get(code), **yaml.safe_load(SHOWN[code].example))
    assert code in {finding.code for finding in lint(subject).findings}


@pytest.mark.parametrize("code", ["PS121", "PS122"])
def test_examples_in_words(make: Callable[..., Subject], code: str) -> None:
    assert code in {finding.code for finding in lint(make(AROUND[code])).findings}
