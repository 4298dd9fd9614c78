from __future__ import annotations

from pathlib import Path

import pytest

from registry.snippets import MAX_DEPTH, Snippets

SNIPPET = "id: {id}\nversion: {version}\nowner: support\ntext: |\n"


def write(folder: Path, name: str, text: str) -> Path:
    id_, _, version = name.partition("@")
    path = folder / id_ / f"{version}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"  {line}\n" for line in text.split("\n"))
    path.write_text(SNIPPET.format(id=id_, version=version) + lines)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """rules@v1, v2 and v10; tone@v1 includes rules@v2."""
    write(tmp_path, "rules@v1", "Refund within 14 days.")
    write(tmp_path, "rules@v2", "Refund within 30 days.\nAsk for the {{ order }}.")
    write(tmp_path, "rules@v10", "Refund always.")
    write(tmp_path, "tone@v1", 'Be kind.\n{% include "rules@v2" %}')
    return tmp_path


RULES = "Refund within 30 days.\nAsk for the {{ order }}."


@pytest.mark.parametrize(("template", "text", "lines"), [
    ("Hello\nyou", "Hello\nyou", (1, 2)),
    ("We include tax.", "We include tax.", (1,)),
    ('a\n{% include "rules@v2" %}\nb', f"a\n{RULES}\nb", (1, 2, 2, 3)),
    ("{%include 'rules@v1'%}", "Refund within 14 days.", (1,)),
    ('x {% include "rules@v2" %} y\nz', f"x {RULES} y\nz", (1, 1, 2)),
    ('{% include "tone@v1" %}', f"Be kind.\n{RULES}", (1, 1, 1)),
    ('{% include "rules@v10" %}\n\n{% include "rules@v10" %}', "Refund always.\n\nRefund always.", (1, 2, 3)),
    ('{# {% include "x" %} #}', '{# {% include "x" %} #}', (1,)),
    ('{% raw %}{% include "x" %}{% endraw %}', '{% raw %}{% include "x" %}{% endraw %}', (1,)),
    ("""{{ '{% include "x" %}' }}""", """{{ '{% include "x" %}' }}""", (1,)),
])  # fmt: skip
def test_inlined(folder: Path, template: str, text: str, lines: tuple[int, ...]) -> None:
    found = Snippets(folder).inlined(template)
    assert (found.text, found.lines, found.wrong) == (text, lines, ())


def test_names_of_snippets_in_snippets(folder: Path) -> None:
    found = Snippets(folder).inlined('{% include "rules@v2" %}{% include "tone@v1" %}')
    assert found.names == ("rules@v2", "tone@v1")
    assert Snippets(folder).inlined('{% include "tone@v1" %}').names == ("tone@v1", "rules@v2")


def test_numeric_order(folder: Path) -> None:
    assert Snippets(folder).versions == {"rules": ["v1", "v2", "v10"], "tone": ["v1"]}


@pytest.mark.parametrize(("tag", "found", "fix"), [
    ('{% include "rules" %}', "'rules' names no version", "write rules@v10"),
    ('{% include "rules@latest" %}', "'rules@latest' names no version", "write rules@v10"),
    ('{% include "rules@v02" %}', "'rules@v02' names no version", "write rules@v10"),
    ('{% include "rules@v3" %}', "there is no snippet 'rules@v3'", "did you mean 'rules@v2'"),
    ('{% include "rule@v2" %}', "there is no snippet 'rule@v2'", "did you mean 'rules@v2'"),
    ('{% include "../../models" %}', "there is no snippet '../../models'", "write registry/snippets"),
    ('{% include "" %}', "there is no snippet ''", "write registry/snippets/refund-rules/v1.yaml"),
    ("{% include name %}", "this include names no snippet", "in quotes"),
    ('{%- include "rules@v1" -%}', "this include names no snippet", "nothing else"),
    ('{% include "rules@v1" ignore missing %}', "this include names no snippet", "nothing else"),
])  # fmt: skip
def test_what_cannot_be_included(folder: Path, tag: str, found: str, fix: str) -> None:
    inlined = Snippets(folder).inlined(f"a {tag} b")
    (wrong,) = inlined.wrong
    assert inlined.text == f"a {tag} b"
    assert (wrong.tag, wrong.found) == (tag, found)
    assert fix in wrong.fix


def test_all_wrong_tags_are_told_at_once(folder: Path) -> None:
    found = Snippets(folder).inlined('{% include "rules" %}{% include "rules@v1" %}{% include "none@v1" %}')
    assert [wrong.found for wrong in found.wrong] == ["'rules' names no version", "there is no snippet 'none@v1'"]


def test_a_cycle_ends(folder: Path) -> None:
    write(folder, "rules@v1", 'one\ntwo {% include "tone@v1" %}')
    write(folder, "tone@v1", '{% include "rules@v1" %}')
    (wrong,) = Snippets(folder).inlined('{% include "tone@v1" %}').wrong
    assert "a snippet includes itself: tone@v1 -> rules@v1 -> tone@v1" in wrong.found
    assert "rules/v1.yaml:6:7: text: " in wrong.found
    assert wrong.fix == "remove one of these includes"


def test_depth_is_bounded(folder: Path) -> None:
    for number in range(MAX_DEPTH + 1):
        write(folder, f"deep@v{number}", f'{{% include "deep@v{number + 1}" %}}')
    write(folder, f"deep@v{MAX_DEPTH + 1}", "end")
    snippets = Snippets(folder)
    assert "9 deep" in snippets.inlined('{% include "deep@v0" %}').wrong[0].found
    assert snippets.inlined('{% include "deep@v2" %}').text == "end"
    assert "9 deep" in snippets.inlined('{% include "deep@v1" %}').wrong[0].found


def test_growth_is_bounded(folder: Path) -> None:
    write(folder, "big@v0", "x" * 1000)
    for number in range(3):
        write(folder, f"big@v{number + 1}", f'{{% include "big@v{number}" %}}' * 15)
    assert "grows over" in Snippets(folder).inlined('{% include "big@v3" %}').wrong[0].found


@pytest.mark.parametrize(("text", "said"), [
    ("kind\n{% if formal %}Sir", "this is no template"),
    ("{{ 2 ** 9 }}", "line 1 of the text: the power operator"),
    ("{% endif %}", "this is no template"),
])  # fmt: skip
def test_a_snippet_is_a_whole_template(folder: Path, text: str, said: str) -> None:
    write(folder, "rules@v1", text)
    (wrong,) = Snippets(folder).inlined('{% include "rules@v1" %}').wrong
    assert wrong.found.startswith("the snippet 'rules@v1' cannot be used: ")
    assert said in wrong.found


def test_a_file_stands_where_it_says(folder: Path) -> None:
    (folder / "rules" / "v3.yaml").write_text((folder / "rules" / "v2.yaml").read_text())
    assert "it says it is rules@v2" in Snippets(folder).inlined('{% include "rules@v3" %}').wrong[0].found
