from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.artifact import PromptVersion
from registry.yaml_document import Document
from tasks.lint.lint import lint
from tasks.lint.subject import Subject
from tasks.release.verdict import Verdict

SOURCE = """\
id: order-extract
version: v3
use_case: orders.extract
purpose: Pull the order id out of a message.
owner: support
risk: medium
model: smollm2-135m
decoding: {temperature: 0.0, max_output_tokens: 48}
variables:
  message: {type: string, maxLength: 400, untrusted: true}
  lang: {type: string}
messages:
  - role: system
    content: Answer in {{ language }}.
  - role: user
    content: |-
      Read it.
      {{ message }}
      {{ 2 ** 3 }}
change:
  author: ana
  why: Customers write in three languages.
  expected:
    - {metric: score, direction: up, by: 0.1}
    - {metric: speed, direction: flat}
  guards: []
  reverse: pin v7
output: {format: json, schema: {type: object, required: [id], properties: {id: {type: string}}}}
"""


@pytest.fixture
def written(make: Callable[..., Subject]) -> Subject:
    version = PromptVersion.model_validate(Document(SOURCE).data)
    return replace(make(), version=version, source=SOURCE)


def test_findings_bear_their_lines(written: Subject) -> None:
    report = lint(written)
    assert [(finding.line, finding.code) for finding in report.findings] == [
        (11, "PS102"),
        (14, "PS101"),
        (18, "PS108"),
        (19, "PS107"),
        (25, "PS111"),
        (27, "PS110"),
    ]
    assert report.verdict is Verdict.REJECT
    assert report.reason == "4 errors and 2 warnings: PS101, PS102, PS107, PS108, PS110, PS111"


def test_components_that_changed(make: Callable[..., Subject]) -> None:
    assert lint(make()).components_changed == ("model",)
    assert lint(make({"previous": None, "previous_behavior": None})).components_changed is None


def test_evidence_is_json(written: Subject) -> None:
    first = lint(written).evidence["findings"][0]
    assert first["code"] == "PS102"
    assert first["severity"] == "warning"
    assert first["fix"]
