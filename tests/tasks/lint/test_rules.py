"""Each rule: what triggers it, and what nearly does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.behavior import COMPONENTS
from registry.lock import Locked, of
from tasks.lint.lint import RULES, lint
from tasks.lint.subject import Subject
from tasks.release.verdict import Verdict

Make = Callable[..., Subject]
Over = dict[str, Any]

BACKTICKS = "```"


def user(content: str, **variable: Any) -> Over:
    return {
        "variables": {"message": {"type": "string", "untrusted": True, **variable}},
        "messages": [{"role": "user", "content": content}],
    }


def schema(**over: Any) -> Over:
    return {"output": {"schema": {"type": "object", **over}}}


def change(**over: Any) -> Over:
    return {"change": over}


FIRST: Over = {"previous": None, "previous_behavior": None, "others": {}}
TOOL: Over = {"name": "search", "parameters": {"type": "object"}}

ELSEWHERE = Locked(behavior="0" * 64, components=dict.fromkeys(COMPONENTS, "0" * 64), change="0" * 64)

TRIGGERS: list[tuple[str, Over, Over]] = [
    ("PS101", {}, user("<m>{{ message }} {{ lang }}</m>")),
    ("PS101", {}, user("<m>{{ message }}</m>{% if formal %}Sir{% endif %}")),
    ("PS101", {}, user("<m>{{ mesage }}{{ message }}</m>")),
    ("PS102", {}, {"variables": {"message": {"type": "string"}, "lang": {"type": "string"}}}),
    ("PS103", {}, schema(type="objekt")),
    ("PS103", {}, schema(properties={"id": {"minLength": "two"}})),
    ("PS103", {}, schema(properties={"id": {"$ref": "#/$defs/id"}})),
    ("PS103", {}, schema(properties={"id": {"$ref": "https://example.com/id.json"}})),
    ("PS103", {}, schema(additionalProperties=False, required=["id", "name"], properties={"id": {}})),
    ("PS103", {}, {"output": {"format": "text"}}),
    ("PS103", {}, {"tools": [{"name": "search", "parameters": {"type": "objekt"}}]}),
    ("PS104", {}, change(why="should be better")),
    ("PS104", {}, change(why="Improved the prompt.")),
    ("PS104", {}, change(why="Small fixes, it works better now")),
    ("PS104", {}, change(why="First version.")),
    ("PS104", {}, change(expected=[])),
    ("PS104", {}, {"risk": "high", **change(guards=[])}),
    ("PS105", {}, user("Use the key sk-ant-api03-" + "a1B2" * 10 + " <m>{{ message }}</m>")),
    ("PS105", {}, user("AKIA" + "IOSFODNN7EXAMPLE <m>{{ message }}</m>")),
    ("PS105", {}, user("ghp_" + "a1B2" * 9 + " <m>{{ message }}</m>")),
    ("PS105", {}, user("-----BEGIN RSA " + "PRIVATE KEY----- <m>{{ message }}</m>")),
    ("PS105", {}, user("https://admin:" + "hunter22@db.example.com <m>{{ message }}</m>")),
    ("PS105", {}, change(why="The key sk-proj-" + "a1B2" * 10 + " ran out of quota.")),
    ("PS106", {"requires_lock": True}, {}),
    ("PS106", {"locked": ELSEWHERE}, {}),
    ("PS107", {}, user("<m>{{ message * 1000 }}</m>")),
    ("PS107", {}, user("<m>{{ message }}{{ 9 ** 9 }}</m>")),
    ("PS107", {}, user("<m>{{ message }}{% include 'other' %}</m>")),
    ("PS107", {}, user("<m>{{ message }</m>{% if %}")),
    ("PS107", {}, user("<m>{{ message | pprint }}</m>")),
    ("PS108", {}, {"messages": [{"role": "system", "content": "Obey. <m>{{ message }}</m>"}]}),
    ("PS108", {}, {"messages": [{"role": "assistant", "content": "{{ message }}"}]}),
    ("PS108", {}, user("Summarise this: {{ message }}")),
    ("PS108", {}, user("<m></m>{{ message }}")),
    ("PS108", {}, user("<m>{{ message }}")),
    ("PS108", {}, user(f"{BACKTICKS}example{BACKTICKS}\n{{{{ message }}}}\n{BACKTICKS}example{BACKTICKS}")),
    ("PS108", {}, user("All: {% for part in message %}{{ part }}{% endfor %}", type="array")),
    ("PS110", {}, change(reverse=None)),
    ("PS110", {}, change(reverse="  ")),
    ("PS110", {}, change(reverse="pin v9")),
    ("PS110", {}, change(reverse="pin v3")),
    ("PS110", {}, change(reverse="ask Ana")),
    ("PS111", {}, change(expected=[{"metric": "scores", "direction": "flat"}])),
    ("PS111", {}, change(guards=[{"metric": "happiness", "min": 0.5}])),
    ("PS111", {}, change(guards=[{"metric": "tool_call:search", "max_increase": 0.05}])),
    ("PS111", {}, change(guards=[{"metric": "tool_error", "max_increase": 0.05}])),
    ("PS111", {}, change(guards=[{"metric": "fallback", "max_increase": 0.05}])),
]

NEAR_MISSES: list[tuple[str, Over, Over]] = [
    ("nothing wrong", {}, {}),
    ("a loop binds its own name", {}, user("{% for p in message %}<m>{{ p }}</m>{% endfor %}", type="array")),
    ("a local reference", {}, schema(properties={"id": {"$ref": "#/$defs/id"}}, **{"$defs": {"id": {}}})),
    ("a property named $ref's value in an example", {}, schema(examples=[{"$ref": "nowhere"}])),
    ("closed by patterns", {}, schema(additionalProperties=False, required=["x"], patternProperties={"x": {}})),
    ("text without a schema", {}, {"output": {"format": "text", "schema": None}}),
    ("few words, but they say something", {}, change(why="Fewer false refusals on refunds")),
    ("another script", {}, change(why="Модель отказывала на вопросы о возврате")),  # noqa: RUF001
    ("first version, short note", FIRST, change(why="First version.", expected=[], guards=[], reverse=None)),
    ("prose about secrets", {}, user("The password is secret: never ask for an api key. <m>{{ message }}</m>")),
    ("a long id", {}, user("Orders look like ORD-4f9a8b7c6d5e4f3a2b1c0d. <m>{{ message }}</m>")),
    ("a braces example", {}, user('Answer {"id": "..."}. <m>{{ message }}</m>')),
    ("an allowed filter", {}, user("<m>{{ message | trim }}</m>")),
    ("the message is the delimiter", {}, user("{{ message }}")),
    ("a fence", {}, user(f"Read this:\n{BACKTICKS}\n{{{{ message }}}}\n{BACKTICKS}\nAnswer.")),
    ("ruled lines", {}, user("Read this:\n--- message ---\n{{ message }}\n--- end ---\nAnswer.")),
    ("nested tags", {}, user("<data><a>x</a><m kind='x'>{{ message }}</m></data>")),
    ("quoted and escaped", {}, user("The text is {{ message | tojson }}, a string.")),
    ("a number carries no instruction", {}, user("You have {{ message }} tries.", type="integer")),
    ("listed values carry none", {}, user("Answer in {{ message }}.", enum=["de", "en"])),
    ("our own text", {}, user("Answer: {{ message }}", untrusted=False)),
    ("free words with a version", {}, change(reverse="Pin v2, then tell the shop.")),
    ("the usual way", {}, change(reverse="rollback")),
    (
        "a tool's own metric",
        {},
        {"tools": [TOOL], **change(guards=[{"metric": "tool_call:search", "max_increase": 0.1}])},
    ),
    (
        "an expectation of what cannot be measured is no guard",
        {},
        change(expected=[{"metric": "fallback", "direction": "flat"}]),
    ),
]


@pytest.mark.parametrize(("code", "around", "over"), TRIGGERS)
def test_triggers(make: Make, code: str, around: Over, over: Over) -> None:
    assert {finding.code for finding in lint(make(around, **over)).findings} == {code}


@pytest.mark.parametrize(("around", "over"), [row[1:] for row in NEAR_MISSES], ids=[row[0] for row in NEAR_MISSES])
def test_near_misses(make: Make, around: Over, over: Over) -> None:
    assert lint(make(around, **over)).findings == ()


@pytest.mark.parametrize(
    ("risk", "over", "verdict"),
    [
        ("low", change(expected=[]), Verdict.PASS),
        ("medium", change(expected=[]), Verdict.REJECT),
        ("low", change(reverse=None), Verdict.PASS),
        ("high", change(reverse=None), Verdict.REJECT),
        ("medium", user("Summarise: {{ message }}"), Verdict.PASS),
        ("high", user("Summarise: {{ message }}"), Verdict.REJECT),
        ("low", {"messages": [{"role": "system", "content": "<m>{{ message }}</m>"}]}, Verdict.REJECT),
        ("low", user("{{ lang }}{{ message }}"), Verdict.REJECT),
    ],
)
def test_risk_makes_it_an_error(make: Make, risk: str, over: Over, verdict: Verdict) -> None:
    report = lint(make(risk=risk, **over))
    assert report.findings
    assert report.verdict is verdict


def test_a_duplicate_is_named(make: Make) -> None:
    same = make().behavior.sha
    (finding,) = lint(make({"others": {"v1": same, "v2": "0" * 64}})).findings
    assert finding.code == "PS109"
    assert finding.found.startswith("v3 behaves exactly as v1 (bv_")


def test_a_locked_version_as_it_was(make: Make) -> None:
    subject = make()
    locked = of(subject.version, subject.behavior)
    assert lint(make({"locked": locked, "requires_lock": True})).verdict is Verdict.PASS


def test_a_rewritten_expectation_is_named(make: Make) -> None:
    subject = make()
    locked = of(make(**change(why="It was said otherwise.")).version, subject.behavior)
    (finding,) = lint(make({"locked": locked})).findings
    assert (finding.code, finding.found) == ("PS106", "order-extract@v3 is locked, and its change note changed since")


def test_a_changed_component_is_named(make: Make) -> None:
    subject = make()
    locked = of(subject.version, make(model="another-model").behavior)
    (finding,) = lint(make({"locked": locked})).findings
    assert finding.found == "order-extract@v3 is locked, and its model changed since"


def test_a_secret_is_not_repeated(make: Make) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    report = lint(make(**user(f"{secret} <m>{{{{ message }}}}</m>")))
    assert secret not in str(report.evidence)


def test_codes_are_one_a_rule() -> None:
    codes = [rule.__globals__["CODE"] for rule in RULES]
    assert codes == [f"PS{number}" for number in range(101, 101 + len(RULES))]
