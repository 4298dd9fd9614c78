from __future__ import annotations

from typing import Any

import pytest

from registry.errors import RenderError
from registry.message import Message, Variable
from registry.template import check, render, undeclared


def rendered(template: str, variables: dict[str, dict[str, Any]] | None = None, **values: Any) -> str:
    declared = variables or {name: {"type": kind_of(value)} for name, value in values.items()}
    messages = [Message(role="user", content=template)]
    shapes = {name: Variable.model_validate(shape) for name, shape in declared.items()}
    return str(render(messages, shapes, values, name="greet@v1")[0]["content"])


def kind_of(value: object) -> str:
    return {str: "string", int: "integer", float: "number", bool: "boolean", list: "array"}[type(value)]


@pytest.mark.parametrize(("template", "values", "text"), [
    ("Hi {{ x }}\n", {"x": "Ana"}, "Hi Ana\n"),
    ("{{ x }}", {"x": "{{ y }}{% raw %}"}, "{{ y }}{% raw %}"),
    ("{{ x }}", {"x": "<b> & 'q'"}, "<b> & 'q'"),
    ("{% for a in xs %}{{ loop.index }}:{{ a }}{% if not loop.last %}, {% endif %}{% endfor %}", {"xs": ["a", "b"]},
     "1:a, 2:b"),
    ("{% for a in xs %}{{ a }}{% else %}none{% endfor %}", {"xs": []}, "none"),
    ("{% for r in xs %}{% for a in r %}{{ a }}{% endfor %};{% endfor %}", {"xs": [[1, 2], [3]]}, "12;3;"),
    ("{{ 'yes' if x else 'no' }}", {"x": True}, "yes"),
    ("{{ x is defined and x in ['a'] }}", {"x": "a"}, "True"),
    ("{{ x | upper | trim }}|{{ x | length }}", {"x": " a "}, "A|3"),
    ("{{ x | replace('a', 'b') }}", {"x": "banana"}, "bbnbnb"),
    ("{{ xs | join(', ') }}", {"xs": [1, "b"]}, "1, b"),
    ("{{ xs | tojson }}", {"xs": [{"b": "é<'", "a": None}]}, """[{"a": null, "b": "é<'"}]"""),
    ("{{ x | indent(2) }}", {"x": "a\nb"}, "a\n  b"),
    ("{{ xs[0].name }} {{ x[0:2] }}", {"xs": [{"name": "n"}], "x": "abc"}, "n ab"),
    ("{{ xs[0].items }} {{ xs[0]['keys'] }}", {"xs": [{"items": 1, "keys": 2}]}, "1 2"),
    ("{{ x ~ '!' }} {{ n + 1 - 2 }}", {"x": "a", "n": 3}, "a! 2"),
    ("a\r\nb", {}, "a\nb"),
])  # fmt: skip
def test_render(template: str, values: dict[str, Any], text: str) -> None:
    assert rendered(template, **values) == text


@pytest.mark.parametrize(("template", "why"), [
    ("{{ 9**9999999 }}", "power operator"),
    ("{{ 'a' * 300000000 }}", "operator \\*"),
    ("{{ '%0999999999d' % 1 }}", "operator %"),
    ("{{ x.__class__ }}", "__class__"),
    ("{{ x['__class__'] }}", "no attribute"),
    ("{{ x.upper() }}", "call"),
    ("{{ x.format }}", "no attribute"),
    ("{{ range(10) }}", "call"),
    ("{{ lipsum }}", "undefined"),
    ("{% set y = x %}", "set is not allowed"),
    ("{% include 'x' %}", "include"),
    ("{% import 'x' as y %}", "import"),
    ("{% macro f() %}{% endmacro %}", "macro"),
    ("{% for a in x recursive %}{% endfor %}", "recursive"),
    ("{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}", "deeper than 2"),
    ("{{ x | random }}", "'random'"),
    ("{{ x | center(99999999) }}", "'center'"),
    ("{{ x is callable }}", "'callable'"),
    ("{{ x | indent(99999999) }}", "filter"),
    ("{{ x | tojson(indent=99999999) }}", "filter"),
    ("{% for a in x %}{{ loop.cycle }}{% endfor %}", "no attribute 'cycle'"),
    ("{{ x.y.z }}", "no attribute 'y'"),
    ("{{ x.y }}", "no attribute 'y'"),
    ("{{ x", "no template"),
    ("{{ x + 1 }}", "concatenate"),
    ("{{ " + "(" * 500 + "x" + ")" * 500 + " }}", "deep"),
])  # fmt: skip
def test_what_the_sandbox_refuses(template: str, why: str) -> None:
    with pytest.raises(RenderError, match=why):
        rendered(template, x="abc")


@pytest.mark.parametrize("template", [
    "{{ x|replace('a',x)|replace('a',x)|replace('a',x) }}",
    "{{ x|join(x)|join(x) }}",
    "{{ x" + "|tojson" * 40 + " }}",
    "{% for a in x %}{% for b in x %}{{ x }}{% endfor %}{% endfor %}",
    "{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}",
    "{{ " + "~".join(["x"] * 400) + " }}",
])  # fmt: skip
def test_small_values_cannot_make_huge_text(template: str) -> None:
    with pytest.raises(RenderError, match=r"characters|turns"):
        rendered(template, x='a"' * 2000)


def test_loops_of_all_messages_share_one_budget() -> None:
    messages = [Message(role="user", content="{% for a in xs %}{% endfor %}")] * 3
    with pytest.raises(RenderError, match=r"messages\[2\].*too many turns"):
        render(messages, {"xs": Variable(type="array")}, {"xs": [0] * 40_000}, name="x")


def test_all_problems_are_told_at_once() -> None:
    variables = {"name": {"type": "string"}, "age": {"type": "integer"}, "lang": {"type": "string"}}
    with pytest.raises(RenderError) as caught:
        rendered("{{ name }}", variables, nam="Ana", age="4")
    found = caught.value.found
    assert found.startswith("greet@v1 cannot be rendered, 4 problems:")
    assert all(
        part in found for part in ("did you mean `name`?", "`name` is missing", "found str", "`lang` is missing")
    )


def test_problems_of_several_messages_are_told_at_once() -> None:
    messages = [Message(role="system", content="{{ 2**2 }}"), Message(role="user", content="{{ y }}")]
    with pytest.raises(RenderError, match=r"(?s)messages\[0\].*messages\[1\]"):
        render(messages, {}, {}, name="x")


def test_undeclared() -> None:
    assert undeclared("{% for a in xs %}{{ a }}{{ b }}{% endfor %}") == {"xs", "b"}
    with pytest.raises(RenderError, match="no template"):
        undeclared("{% if")


THREE = "a\n{{ f() }}\n\n{{ 2 ** 3 }}{{ x|random }}"


def test_check_names_the_line_of_each_problem() -> None:
    assert [(line, what.split(":")[0].split(", only")[0]) for line, what in check(THREE)] == [
        (2, "a call is not allowed"),
        (4, "the power operator ** is not allowed"),
        (4, "the filter 'random' is not allowed"),
    ]
    assert check("{{ x }}") == []
    assert check("a\n{% if x %}")[0].line == 2
