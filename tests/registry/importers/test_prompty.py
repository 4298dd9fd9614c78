from __future__ import annotations

from pathlib import Path

import pytest

from registry.importers.draft import ImportedPrompts
from registry.importers.prompty import read_prompty

FIRST = """\
---
name: Contoso Chat
description: Answers customers.
authors: [ana]
model:
  api: chat
  configuration:
    type: azure_openai
    azure_endpoint: ${env:AZURE_ENDPOINT}
    azure_deployment: gpt-35
  parameters:
    max_tokens: 128
    temperature: 0.2
    logit_bias: {}
inputs:
  customer: {type: string, description: who asks}
  history: {type: array, default: []}
sample: sample.json
---
system:
You help {{ customer }}.
{% for line in history %}- {{ line }}
{% endfor %}

user:
{{ question }}
"""
SECOND = """\
---
name: tools
model:
  id: claude-haiku-4-5-20251001
  provider: anthropic
  apiType: chat
  options: {maxOutputTokens: 64, topP: 0.5, stopSequences: ["END"]}
inputs:
  - {name: question, kind: string, default: Hi}
template: {format: {kind: jinja2}, parser: {kind: prompty}}
tools:
  - {name: look, kind: function, parameters: {type: object, properties: {}}}
  - {name: other, kind: mcp}
---
system:
Help.
user:
{{question}}
"""


def prompty(folder: Path, text: str) -> ImportedPrompts:
    (folder / "a.prompty").write_text(text)
    return read_prompty(folder / "a.prompty")


def test_the_first_format(tmp_path: Path) -> None:
    found = prompty(tmp_path, FIRST)
    (draft,) = found.drafts
    assert (draft.name, draft.purpose, draft.owner, draft.models) == ("Contoso Chat", "Answers customers.", "ana", ())
    assert [(one.role, one.content) for one in draft.messages] == [
        ("system", "You help {{ customer }}.\n{% for line in history %}- {{ line }}\n{% endfor %}"),
        ("user", "{{ question }}"),
    ]
    assert {name: one.type for name, one in draft.variables.items()} == {
        "customer": "string", "history": "array", "question": "string",
    }  # fmt: skip
    assert draft.variables["customer"].description == "who asks"
    assert draft.decoding == {"temperature": 0.2, "max_output_tokens": 128}
    said = {(note.kind, note.place.line) for note in found.notes}
    assert {("environment", 9), ("no counterpart", 10), ("no counterpart", 14), ("assumed", 15)} <= said


def test_the_second_format(tmp_path: Path) -> None:
    (draft,) = prompty(tmp_path, SECOND).drafts
    assert (draft.models[0].provider, draft.models[0].model) == ("anthropic", "claude-haiku-4-5-20251001")
    assert draft.decoding == {"temperature": 1.0, "max_output_tokens": 64, "top_p": 0.5, "stop": ["END"]}
    assert [tool.name for tool in draft.tools] == ["look"]


@pytest.mark.parametrize(("body", "roles"), [
    ("Say it", ["system"]), ("user:\nSay it", ["user"]), ("# system:\nBe.\n\n# user:\nSay", ["system", "user"]),
    ("SYSTEM:\nBe.\nassistant:\nOk", ["system", "assistant"]), ("user[name=x]:\nSay", ["user"]),
    ("The user: says\nuser :\nx", ["system", "user"]),
])  # fmt: skip
def test_roles(tmp_path: Path, body: str, roles: list[str]) -> None:
    (draft,) = prompty(tmp_path, f"---\nname: a\n---\n{body}\n").drafts
    assert [one.role for one in draft.messages] == roles
    assert prompty(tmp_path, body).drafts[0].messages == draft.messages


@pytest.mark.parametrize(("text", "line", "why"), [
    ("---\nname: a\n---\nuser:\n{{ a.b }}", 5, "inside of an object"),
    ("---\nname: a\n---\nuser:\n\n{{ a | shout }}", 6, "filter 'shout'"),
    ("---\nname: a\n---\nuser:\n![x](image.png)", 5, "image"),
    ("---\nname: a\n---\nsystem:\n{{ item.role }}:\nx", 5, "itself a variable"),
    ("---\nname: a\n---\nuser:\nx\nsystem:\n", 7, "empty"),
    ("---\nname: a\n---\nfunction:\nx", 5, "'function'"),
    ("---\nname: a\n---\n", 4, "no template"),
    ("---\nname: a\n", 1, "no end"),
    ("---\nname: [\n---\nuser:\nx", 3, "no YAML"),
    ("---\n- a\n---\nuser:\nx", 1, "no mapping"),
    ("---\nx: !!python/object/apply:os.system [id]\n---\nuser:\nx", 2, "tag"),
    ("---\nmodel: {api: embedding}\n---\nuser:\nx", 2, "'embedding'"),
    ("---\ntemplate: liquid\n---\nuser:\nx", 2, "'liquid'"),
    ("---\ntemplate: mustache\n---\nuser:\n{{#xs}}a{{/xs}}", 2, "mustache"),
    ("---\ninputs:\n  a: {type: object}\n---\nuser:\n{{ a }}", 3, "'object'"),
    ("---\nname: a\n---\nuser:\n{{ env.KEY }}", 5, "environment"),
])  # fmt: skip
def test_what_is_refused_and_where(tmp_path: Path, text: str, line: int, why: str) -> None:
    found = prompty(tmp_path, text)
    assert found.drafts == ()
    refused = [note for note in found.notes if note.kind == "refused"]
    assert why in refused[0].what
    assert refused[0].place.line == line


def test_mustache_of_plain_names_reads_the_same(tmp_path: Path) -> None:
    found = prompty(tmp_path, "---\ntemplate: mustache\n---\nuser:\nHi {{name}}")
    assert list(found.drafts[0].variables) == ["name"]
    assert ("changed", 2) in [(note.kind, note.place.line) for note in found.notes]


@pytest.mark.parametrize(
    "body",
    [
        "\n" * 60_000,
        " \n" * 60_000,
        "![" * 60_000,
        "{{" * 60_000,
        "${a" * 60_000,
        "user[" * 60_000,
        "{{ a }} :" * 2_000,
    ],
    ids=str.__len__,
)
@pytest.mark.parametrize("template", ["jinja2", "mustache"])
def test_text_that_is_slow_to_search_is_read_all_the_same(tmp_path: Path, body: str, template: str) -> None:
    found = prompty(tmp_path, f"---\ntemplate: {template}\n---\nuser:\n{body}\nx")
    assert found.drafts or "refused" in {note.kind for note in found.notes}
