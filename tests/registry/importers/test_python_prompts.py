from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.importers import python_prompts
from registry.importers.draft import PromptDraft
from registry.importers.notes import Notes
from registry.importers.python_prompts import find, find_in
from registry.importers.python_text import parts_of, template_of
from registry.template import render


def found(code: str) -> list[PromptDraft]:
    return find_in(code.encode(), "app.py", Notes())


def said(draft: PromptDraft) -> list[tuple[str, str]]:
    return [(one.role, one.content) for one in draft.messages]


@pytest.mark.parametrize(
    ("call", "messages"),
    [
        (
            'client.chat.completions.create(messages=[{"role": "user", "content": f"Sort this mail: {mail}"}])',
            [("user", "Sort this mail: {{ mail }}")],
        ),
        (
            'client.messages.create(system="Be short, please.", messages=[{"role": "user", "content": q}])',
            [("system", "Be short, please."), ("user", "{{ q }}")],
        ),
        (
            'client.responses.create(instructions="Be short, please.", input=q)',
            [("system", "Be short, please."), ("user", "{{ q }}")],
        ),
        (
            'litellm.completion("m", [{"role": "user", "content": "Tell me about " + topic}])',
            [("user", "Tell me about {{ topic }}")],
        ),
        ('model.generate_content(f"Tell me about {topic}")', [("user", "Tell me about {{ topic }}")]),
        ('openai.Completion.create(prompt="Tell me about %s" % topic)', [("user", "Tell me about {{ topic }}")]),
        (
            'self.client().messages.create(messages=[{"role": "user", "content": [{"text": "Tell me all."}]}])',
            [("user", "Tell me all.")],
        ),
        ('log.append({"role": "system", "content": "You are a helpful bot."})', [("system", "You are a helpful bot.")]),
        (
            'x = [{"role": "system", "content": "You are a bot."}, {"role": "user", "content": q}]',
            [("system", "You are a bot."), ("user", "{{ q }}")],
        ),
    ],
)
def test_where_prompts_are_found(call: str, messages: list[tuple[str, str]]) -> None:
    (draft,) = found(f"import x\n{call}\n")
    assert said(draft) == messages
    assert draft.place == ("app.py", 2)
    assert all(one.untrusted for one in draft.variables.values())


@pytest.mark.parametrize(
    "code",
    [
        "client.chat.completions.create(messages=messages)",
        'print("a long text that goes nowhere")',
        'x = [{"role": "user", "content": q}]',
        'db.users.create(name="a long text that is a name")',
        'x = {"role": role, "content": "a long text of somebody"}',
        'def completion(a): ...\ncompletion("a long text")',
    ],
)
def test_what_is_no_prompt(code: str) -> None:
    assert found(code) == []


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ('"a" "b"', "ab"),
        ('f"a {x} b"', "a {{ x }} b"),
        ('f"{x.y}"', "{{ x_y }}"),
        ('f"{x[0]}{x[1]}"', "{{ x_0 }}{{ x_1 }}"),
        ('f"{f(x)} {g(x)}"', "{{ f_x }} {{ g_x }}"),
        ('f"{x + 1} {x - 1}"', "{{ x_1 }} {{ x_1_2 }}"),
        ('"a" + x', "a{{ x }}"),
        ('"{a} {b.c} {}".format(q, a=z)', "{{ z }} {{ b_c }} {{ q }}"),
        ('"%s of %s" % (a, b)', "{{ a }} of {{ b }}"),
        ('"%(n)s 100%%" % {"n": m}', "{{ m }} 100%"),
        ('textwrap.dedent("""\n  a\n  b""")', "\na\nb"),
        ('dedent(f"""\n  a {x}\n    b""").strip()', "a {{ x }}\n  b"),
        ('"\\n".join(["a", x, "b"])', "a\n{{ x }}\nb"),
        ('f"{{}} {{x}}"', "{} {x}"),
        ('"{{ x }}"', "{{ '{' }}{ x }}"),
        ('"{% if %} {# c #}"', "{{ '{' }}% if %} {{ '{' }}# c #}"),
        ('f"{{{x}}}"', "{{ '{' }}{{ x }}}"),
        ('f"{class_}{None}"', "{{ class_ }}{{ None_value }}"),
        ('f"{ü}"', "{{ value }}"),
        ('f"{self.name}"', "{{ name }}"),
        ("ONE", "text"),
        ('f"{ONE}!"', "text!"),
        ("TWICE", None),
        ("MISSING", None),
        ("3", None),
    ],
)
def test_texts_as_templates(text: str, template: str | None) -> None:
    node = ast.parse(text, mode="eval").body
    parts = parts_of(node, {"ONE": ast.Constant("text")}.get)
    assert (parts and template_of(parts, {}).text) == template


PIECE = st.one_of(st.text("{}%#'\"ab \n-", max_size=6), st.integers(0, 2))


@given(st.lists(PIECE, max_size=8), st.lists(st.text("{}%#x\n", max_size=4), min_size=3, max_size=3))
def test_a_draft_renders_what_the_f_string_gave(pieces: list[Any], values: list[str]) -> None:
    names = ["a", "b", "c"]
    nodes = [
        ast.Constant(piece) if isinstance(piece, str) else ast.FormattedValue(ast.Name(names[piece], ast.Load()), -1)
        for piece in pieces
    ]
    code = ast.unparse(ast.fix_missing_locations(ast.Expression(ast.JoinedStr(list(nodes)))))
    parts = parts_of(ast.parse(code, mode="eval").body, lambda _: None)
    assert parts is not None
    template = template_of(parts, {})
    expected = "".join(piece if isinstance(piece, str) else values[piece] for piece in pieces)
    if template.text:
        draft = found(f'x = [{{"role": "user", "content": "twelve characters: " + {code}}}]')[0]
        given_ = {name: values[names.index(name)] for name in draft.variables}
        (message,) = render(draft.messages, draft.variables, given_, name="x")
        assert message["content"] == "twelve characters: " + expected


def test_names_are_followed_where_they_mean_one_thing() -> None:
    code = """\
SYSTEM = "You are a careful assistant."
MODEL = "gpt-4o-mini-2024-07-18"
CHANGED = "one text that is long enough"
CHANGED = "another text that is long enough"
def ask(q):
    prompt = f"Answer: {q}"
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}]
    return client.chat.completions.create(model=MODEL, messages=messages, temperature=0.5, max_tokens=9)
def other(SYSTEM):
    client.messages.create(system=SYSTEM, messages=[{"role": "user", "content": CHANGED + " and more of it"}])
"""
    first, second = found(code)
    assert said(first) == [("system", "You are a careful assistant."), ("user", "Answer: {{ q }}")]
    assert first.models[0].model == "gpt-4o-mini-2024-07-18"
    assert first.decoding == {"temperature": 0.5, "max_output_tokens": 9}
    assert (first.place.line, first.name, second.name) == (8, "app-ask", "app-other")
    assert said(second) == [("system", "{{ SYSTEM }}"), ("user", "{{ CHANGED }} and more of it")]


def test_formats_that_are_left_to_the_caller_are_said() -> None:
    notes = Notes()
    find_in(b'x = [{"role": "user", "content": f"It costs {price:.2f} of {name!r}"}]', "app.py", notes)
    assert [note.what for note in notes.all if note.kind == "changed"] == [
        "'name' is formatted as '!r': the caller has to",
        "'price' is formatted as ':.2f': the caller has to",
    ]


HOSTILE = {
    "syntax.py": b"role = (",
    "nul.py": b"role = 1\0",
    "utf16.py": "role = 1".encode("utf-16"),
    "latin.py": b"role = '\xff'",
    "cookie.py": b"# coding: no-such\nrole = 1",
    "deep.py": b"role = " + b"(" * 3000 + b")" * 3000,
    "long.py": b"x = [{'role': 'user', 'content': " + b"+".join([b"'a'"] * 30_000) + b"}]",
    "escape.py": rb"role = '\d'; x = [{'role': 'user', 'content': 'a text \d that warns'}]",
    "indent.py": b"".join(b" " * depth + b"if role:\n" for depth in range(200)),
}


def test_no_code_is_run_and_no_file_stops_the_others(tmp_path: Path) -> None:
    for name, code in HOSTILE.items():
        (tmp_path / name).write_bytes(code)
    marker = tmp_path / "ran"
    message = """{'role': 'user', 'content': f'it is by now {__import__("time").time()}'}"""
    (tmp_path / "run.py").write_text(f"open({str(marker)!r}, 'w')\nx = [{message}]\n")
    for folder in (".hidden", "node_modules", "venv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "run.py").write_bytes((tmp_path / "run.py").read_bytes())
    (tmp_path / "loop").symlink_to(tmp_path)
    result = find(tmp_path)
    assert [Path(draft.place.file).name for draft in result.drafts] == ["escape.py", "run.py"]
    refused = {Path(note.place.file).name for note in result.notes if note.kind == "refused"}
    assert refused == HOSTILE.keys() - {"escape.py"}
    assert not marker.exists()


def test_two_prompts_of_one_name_are_told_apart(tmp_path: Path) -> None:
    line = 'x = [{"role": "user", "content": "a text that is long enough"}]\n'
    (tmp_path / "a.py").write_text(line * 2)
    assert [draft.name for draft in find(tmp_path / "a.py").drafts] == ["a", "a-2"]


def test_so_many_files_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_prompts, "MAX_FILES", 1)
    for name in "ab":
        (tmp_path / f"{name}.py").write_text("")
    assert "only 1 were read" in find(tmp_path).notes[0].what
