from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.importers.draft import ImportedPrompts
from registry.importers.promptfoo_config import read_config

CHAT = '[{"role": "system", "content": "Be {{ kind }}."}, {"role": "user", "content": "{{ q }}"}]'


def config(folder: Path, text: str, name: str = "promptfooconfig.yaml") -> ImportedPrompts:
    (folder / name).write_text(text, encoding="utf-8")
    return read_config(folder / name)


def kinds(found: ImportedPrompts) -> list[tuple[str, int]]:
    return [(note.kind, note.place.line) for note in found.notes]


def prompts(folder: Path, *entries: Any) -> ImportedPrompts:
    return config(folder, json.dumps({"prompts": list(entries)}), "config.json")


@pytest.mark.parametrize(("entry", "messages", "variables"), [
    ("Say {{ a }} to {{ b }}", [("user", "Say {{ a }} to {{ b }}")], {"a": "string", "b": "string"}),
    ("Say nothing", [("user", "Say nothing")], {}),
    (CHAT, [("system", "Be {{ kind }}."), ("user", "{{ q }}")], {"kind": "string", "q": "string"}),
    ("- role: user\n  content: '{{ q }}'", [("user", "{{ q }}")], {"q": "string"}),
    ("{% for x in xs %}{{ x }}{% endfor %}", [("user", "{% for x in xs %}{{ x }}{% endfor %}")], {"xs": "array"}),
    ("[INST] {{ q }} [/INST]", [("user", "[INST] {{ q }} [/INST]")], {"q": "string"}),
    ({"raw": "Say {{ a }}", "label": "x"}, [("user", "Say {{ a }}")], {"a": "string"}),
    ('[{"role": "developer", "content": "Be."}]', [("system", "Be.")], {}),
    ('[{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]', [("user", "Hi")], {}),
])  # fmt: skip
def test_prompts_that_are_ours(
    tmp_path: Path, entry: Any, messages: list[tuple[str, str]], variables: dict[str, str]
) -> None:
    (draft,) = prompts(tmp_path, entry).drafts
    assert [(one.role, one.content) for one in draft.messages] == messages
    assert {name: one.type for name, one in draft.variables.items()} == variables
    assert all(one.untrusted for one in draft.variables.values())


@pytest.mark.parametrize(("entry", "why"), [
    ("{{ x | dump }}", "filter 'dump'"),
    ("{{ user.name }}", "inside of an object"),
    ("{{ user['name'] }}", "inside of an object"),
    ("{{ env.HOME }}", "environment"),
    ("{{ env['HOME'] }}", "environment"),
    ("{{ load('x') }}", "a call is not allowed"),
    ("{% include 'x' %}", "include"),
    ("{{ a ** 9 }}", "power"),
    ("{{ a", "no template"),
    ("{% if a === b %}x{% endif %}", "no template"),
    ("", "neither a text"),
    (3, "neither a text"),
    ("exec:./run.sh", "code"),
    ("python:run.py", "code"),
    ("file://run.py", "code"),
    ("file://run.js:make", "code"),
    ("prompts/run.py", "code"),
    ("file://../up.txt", "outside"),
    ("https://example.com/prompt", "not asked"),
    ('[{"role": "tool", "content": "x"}]', "role 'tool'"),
    ('[{"role": "user", "content": [{"type": "image_url"}]}]', "without a URL"),
    ('[{"role": "user"}]', "no role or no content"),
    ('[{"role": "user", "content": {{ q | dump }}}]', "no JSON"),
    ('[{"role": "user", "content": ""}]', "empty"),
    ('[{"role": "a", "role": "user", "content": "x"}]', "twice"),
    ("- role: [", "no YAML"),
])  # fmt: skip
def test_prompts_that_are_refused(tmp_path: Path, entry: Any, why: str) -> None:
    found = prompts(tmp_path, entry)
    assert found.drafts == ()
    assert [note for note in found.notes if note.kind == "refused" and why in note.what]


def test_one_refused_prompt_takes_no_other_with_it(tmp_path: Path) -> None:
    assert len(prompts(tmp_path, "{{ env.X }}", "Say {{ a }}").drafts) == 1


def test_files_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text("One {{ a }}\n---\n\nTwo {{ env.X }}\n---\nThree {{ b }}")
    (tmp_path / "chat.yaml").write_text("- role: system\n  content: Be.\n- {role: user, content: '{{ c }}'}")
    (tmp_path / "lines.jsonl").write_text(CHAT + "\n" + CHAT)
    found = prompts(tmp_path, "file://two.txt", "chat.yaml", "file://*.jsonl")
    assert [draft.name for draft in found.drafts] == ["two-1", "two-3", "chat", "lines-1", "lines-2"]
    assert [note.place.line for note in found.notes if "two.txt" in note.place.file and note.kind == "refused"] == [4]


def test_models_and_their_settings_and_never_a_key(tmp_path: Path) -> None:
    found = config(tmp_path, """\
prompts: ["Say {{ a }}"]
providers:
  - id: openai:chat:gpt-4o-mini-2024-07-18
    config: {temperature: 0.3, max_tokens: 77, apiKey: sk-secret, top_k: 3, seed: "{{ env.SEED }}"}
  - anthropic:messages:claude-haiku-4-5-20251001
  - openai:gpt-4o: {config: {}}
  - python:run.py
  - exec:run.sh
  - file://provider.js
  - https://example.com
  - "{{ env.MODEL }}"
  - {}
""")  # fmt: skip
    (draft,) = found.drafts
    assert draft.decoding == {"temperature": 0.3, "max_output_tokens": 77}
    assert [(one.provider, one.model) for one in draft.models] == [
        ("openai", "gpt-4o-mini-2024-07-18"), ("anthropic", "claude-haiku-4-5-20251001"), ("openai", "gpt-4o"),
    ]  # fmt: skip
    expected = [("no counterpart", 3), ("environment", 3), ("code", 7), ("code", 8), ("code", 9), ("network", 10),
                ("environment", 11), ("no counterpart", 12)]  # fmt: skip
    assert set(expected) <= set(kinds(found))
    assert "sk-secret" not in repr(found)


def test_what_the_config_does_not_say_is_said(tmp_path: Path) -> None:
    found = config(tmp_path, "prompts: [Say it]\nproviders: openai:gpt-4o\n")
    assert found.drafts[0].decoding == {"temperature": 0.0, "max_output_tokens": 1024}
    assert [note.kind for note in found.notes] == ["assumed", "assumed"]


def test_keys_without_a_counterpart_are_named_with_their_lines(tmp_path: Path) -> None:
    found = config(tmp_path, """\
prompts: [Say it]
scenarios: []
redteam: {}
env: {OPENAI_API_KEY: sk-secret}
extensions: [file://hook.py:run]
nunjucksFilters: {up: ./up.js}
outputPath: out.json
""")  # fmt: skip
    assert kinds(found) == [("no counterpart", 2), ("no counterpart", 3), ("environment", 4), ("code", 5), ("code", 6),
                            ("no counterpart", 7)]  # fmt: skip
    assert "sk-secret" not in repr(found)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(("text", "why"), [
    (BOMB + "prompts: [Say it]", "aliases do not end"),
    ("prompts: !!python/object/apply:os.system [id]", "tag"),
    ("prompts: [Say {{ a }\n", "no YAML"),
    ("prompts: {{ a }}", "a key that is a list"),
    ("prompts: [a]\nprompts: [b]", "twice"),
    ("x: &x {a: 1}\ny:\n  <<: *x\nprompts: [a]", "merge"),
    ("- a", "a mapping"),
    ("", "a mapping"),
    ("just text", "a mapping"),
    ("a: 1", "no prompts"),
    ("prompts: " + "[" * 3000, "nesting|no YAML"),
    ("prompts: |\n  " + "x" * 2**20, "more than"),
])  # fmt: skip
def test_hostile_and_broken_configs_are_refused(tmp_path: Path, text: str, why: str) -> None:
    found = config(tmp_path, text)
    assert found.drafts == ()
    assert any(note.kind == "refused" and any(one in note.what for one in why.split("|")) for note in found.notes)


@pytest.mark.parametrize("name", ["promptfooconfig.js", "promptfooconfig.ts", "config.py"])
def test_configs_that_are_code_are_not_run(tmp_path: Path, name: str) -> None:
    found = config(tmp_path, "raise SystemExit", name)
    assert [note.kind for note in found.notes] == ["code"] or "refused" in [note.kind for note in found.notes]
    assert found.drafts == ()


def test_json_with_tabs_keeps_its_lines(tmp_path: Path) -> None:
    found = config(tmp_path, '{\n\t"prompts": ["Say it"],\n\t"redteam": {}\n}', "config.json")
    assert ("no counterpart", 3) in kinds(found)


@pytest.mark.parametrize(("text", "why"), [
    ('{"prompts": ["a"], "prompts": ["b"]}', "twice"), ('{"prompts": NaN}', "no JSON number"), ("{", "no JSON"),
    ('{"prompts":' + "[" * 100_000, "no JSON"), ('{"prompts":' + "[" * 80 + "]" * 80 + "}", "nested deeper"),
])  # fmt: skip
def test_broken_json_is_refused(tmp_path: Path, text: str, why: str) -> None:
    found = config(tmp_path, text, "config.json")
    assert why in found.notes[0].what


def test_shell_variables_stay_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "resolved")
    found = prompts(tmp_path, "Use ${TOKEN} for {{ a }}")
    assert found.drafts[0].messages[0].content == "Use ${TOKEN} for {{ a }}"
    assert "environment" in {note.kind for note in found.notes}
