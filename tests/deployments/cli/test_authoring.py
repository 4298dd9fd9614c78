"""`promptship prompt diff | new | search | show | try | render`: what an author types all day."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from registry.catalog import Catalog
from tasks.ledger import eval_result
from tasks.ledger.eval_result import EvalResult
from tests import scripted
from tests.world import PROMPT, say

from .conftest import Place, Said

Promptship = Callable[..., Said]
MESSAGE = "message=lamp of a test"
EXPECTED = "{metric: score, direction: up, by: 0.3}"


def test_diff_in_three_forms(place: Place, promptship: Promptship) -> None:
    text = promptship("prompt", "diff", PROMPT, "v1", "v3").out
    assert "quality [-40-]{+38+} broken 0" in text
    assert "v2 ana (prompt)" in text
    assert "<del>40</del><ins>38</ins>" in promptship("prompt", "diff", PROMPT, "v1", "v3", "--format", "markdown").out
    for form in (("--json",), ("--format", "json")):
        document = promptship("prompt", "diff", PROMPT, "v1", "v3", *form).document
        assert (document["kind"], document["components"], document["authors"]) == ("diff", ["prompt"], ["ana"])


def test_diff_takes_the_words_that_people_use(place: Place, promptship: Promptship) -> None:
    place.serve("v2")
    document = promptship("prompt", "diff", PROMPT, "demo", "latest", "--json").document
    assert (document["before"]["version"], document["after"]["version"]) == ("v2", "v3")


def test_diff_counts_by_what_the_model_counted(place: Place, promptship: Promptship) -> None:
    catalog = Catalog(place.roots.registry)
    shas = {name: catalog.behavior(catalog.get(PROMPT, name)).sha for name in ("v1", "v2")}
    rows = [a_result(shas["v1"], "c1", 10), a_result(shas["v2"], "c1", 14), a_result(shas["v2"], "c2", 90)]
    place.store.migrate()
    place.store.tx(lambda tx: eval_result.insert_many(tx, rows))
    tokens = promptship("prompt", "diff", PROMPT, "v1", "v2", "--json").document["tokens"]
    assert tokens == {"before": 10, "after": 14, "how": "counted by the model, mean of 1 eval cases"}


def a_result(behavior: str, case: str, tokens: int) -> EvalResult:
    fields: dict[str, Any] = {
        "run_id": f"run_{behavior[:4]}{case}", "gate_test_id": None, "round": 1, "arm": "v", "behavior": behavior,
        "case_id": case, "cluster_id": case, "intent": "other", "status": "scored", "score": 1.0, "assertions": [],
        "output": "", "prompt_tokens": tokens, "output_tokens": 1, "cost_usd": None, "latency_ms": 1.0,
        "at": datetime.now(UTC),
    }  # fmt: skip
    return EvalResult(**fields)


@pytest.mark.parametrize(
    ("served", "options", "base"),
    [
        ((), (), "v3"),
        (("v1", "v2"), ("--environment", "demo"), "v2"),
        (("v2",), (), "v3"),
        (("v2",), ("--from", "v1"), "v1"),
        (("v2",), ("--from", "demo"), "v2"),
    ],
)
def test_new_starts_from_live(
    place: Place, promptship: Promptship, served: tuple[str, ...], options: tuple[str, ...], base: str
) -> None:
    if served:
        place.serve(*served)
    document = promptship("prompt", "new", PROMPT, "--author", "ben", *options, "--json").document
    assert (document["version"], document["base"], document["layout_kept"]) == ("v4", base, True)
    made = Catalog(place.roots.registry).get(PROMPT, "v4")
    assert (made.change.author, made.change.reverse) == ("ben", f"pin {base}")
    assert made.messages == Catalog(place.roots.registry).get(PROMPT, base).messages


def test_a_prompt_that_there_is_not_yet(place: Place, promptship: Promptship) -> None:
    said = promptship("prompt", "new", "another")
    assert (said.code, "prompts/another/v1.yaml" in said.err) == (3, True)


def test_lint_refuses_a_note_that_nobody_filled_in(place: Place, promptship: Promptship) -> None:
    promptship("prompt", "new", PROMPT)
    said = promptship("prompt", "lint", PROMPT, "v4")
    assert said.code == 1
    assert "PS104" in said.out
    path = place.roots.registry / "prompts" / PROMPT / "v4.yaml"
    filled = re.sub(r"FILL IN[^\"]*", "A third of the dev cases names a wrong product.", path.read_text())
    path.write_text(filled.replace("quality 38", "quality 90").replace("expected: []", f"expected: [{EXPECTED}]"))
    assert promptship("prompt", "lint", PROMPT, "v4").code == 0


def test_new_says_when_live_is_another_thing(place: Place, promptship: Promptship) -> None:
    place.serve("v2")
    path = place.roots.registry / "prompts" / PROMPT / "v2.yaml"
    path.write_text(path.read_text().replace("quality 80", "quality 81"))
    (place.roots.registry / "registry.lock").unlink()
    assert promptship("prompt", "new", PROMPT, "--environment", "demo", "--json").document["live_differs"] is True


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("quality 80",), ["v2"]),
        (("--use-case", "parcels.sort"), ["v3", "v2", "v1"]),
        (("--owner", "tests", "--risk", "low", "--model", "parrot", "broken 0"), ["v3", "v2", "v1"]),
        (("--risk", "high"), []),
    ],
)
def test_search(place: Place, promptship: Promptship, asked: tuple[str, ...], found: list[str]) -> None:
    said = promptship("prompt", "search", *asked, "--json")
    assert [hit["version"] for hit in said.document["hits"]] == found
    assert said.code == (0 if found else 1)


def test_search_by_component_says_where_it_is_live(place: Place, promptship: Promptship) -> None:
    place.serve("v2")
    sha = promptship("prompt", "show", PROMPT, "v2", "--json").document["components"]["prompt"]
    (hit,) = promptship("prompt", "search", "--component", sha[:10], "--json").document["hits"]
    assert (hit["version"], hit["live"]) == ("v2", ["live in demo"])
    assert "live in demo" in promptship("prompt", "search", "--component", sha).out


def test_one_broken_file_hides_no_other(place: Place, promptship: Promptship) -> None:
    place.serve("v2")
    path = place.roots.registry / "prompts" / PROMPT / "v3.yaml"
    path.write_text(path.read_text() + "risk: [")
    (row,) = promptship("prompt", "list", "--json").document["prompts"]
    assert (row["live"], row["owner"], "v3.yaml" in row["problem"]) == (["v2: live in demo"], None, True)
    assert "v2: live in demo" in promptship("prompt", "list").out
    found = promptship("prompt", "search", "quality 80", "--json").document
    assert ([hit["version"] for hit in found["hits"]], found["unreadable"]) == (["v2"], [f"{PROMPT}@v3"])
    assert f"cannot be read: {PROMPT}@v3" in promptship("prompt", "search", "quality 80").err


def test_a_broken_snippet_is_listed(place: Place, promptship: Promptship) -> None:
    assert "no snippets" in promptship("snippet", "list").out
    path = place.roots.registry / "snippets" / "tone" / "v1.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("id: tone\n")
    (row,) = promptship("snippet", "list", "--json").document["snippets"]
    assert (row["text"], "version" in row["problem"]) == (None, True)
    assert "cannot be read" in promptship("snippet", "list").out
    assert promptship("prompt", "lint").code == 3


def test_words_that_people_use(place: Place, promptship: Promptship) -> None:
    place.serve("v2")
    for word, quality in (("latest", 38), ("demo", 80)):
        assert f"quality {quality}" in promptship("prompt", "render", PROMPT, word, "--var", MESSAGE).out
        assert promptship("prompt", "lint", PROMPT, word).code == 0


def test_search_for_nothing_is_wrong_usage(place: Place, promptship: Promptship) -> None:
    assert promptship("prompt", "search").code == 64


def test_show_says_what_is_live_and_what_protects_it(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    place.canary("v3")
    document = promptship("prompt", "show", PROMPT, "--json").document
    assert document["version"]["version"] == "v3"
    assert [(one["version"], one["arm"], one["environment"]) for one in document["live"]] == [
        ("v2", "live", "demo"), ("v3", "canary", "demo")
    ]  # fmt: skip
    assert [(row["role"], row["cases"]) for row in document["evals"]] == [("fast", 30), ("full", 120)]
    text = promptship("prompt", "show", PROMPT, "demo").out
    assert f"{PROMPT}@v2" in text
    assert "v3: 50 % canary in demo" in text


def test_show_says_what_is_wrong_with_an_eval_set(place: Place, promptship: Promptship) -> None:
    (place.roots.evalsets / PROMPT / "cases.jsonl").write_text("no json\n")
    rows = promptship("prompt", "show", PROMPT, "v1", "--json").document["evals"]
    assert all(row["cases"] is None and "no JSON object" in row["problem"] for row in rows)


@pytest.mark.parametrize(("answer", "code", "kept"), [('{"product": "lamp"}', 0, True), ("lamp", 1, False)])
def test_try_asks_once(place: Place, promptship: Promptship, answer: str, code: int, kept: bool) -> None:
    with scripted.installed(lambda _: answer) as driver:
        said = promptship("prompt", "try", PROMPT, "v2", "--var", MESSAGE, "--json")
        shown = promptship("prompt", "try", PROMPT, "v2", "--var", MESSAGE)
    assert (said.code, said.document["text"], said.document["schema_ok"]) == (code, answer, kept)
    assert said.document["cost_usd"] == pytest.approx((said.document["prompt_tokens"] + 2 * len(answer.split())) / 1e6)
    assert shown.out == answer + "\n"
    assert ("kept" if kept else "broken") in shown.err
    assert len(driver.requests) == 2


def test_try_without_a_variable_asks_nobody(place: Place, promptship: Promptship) -> None:
    with scripted.installed(say) as driver:
        assert promptship("prompt", "try", PROMPT, "v2").code == 3
        assert promptship("prompt", "try", PROMPT, "v2", "--var", "message").code == 64
    assert not driver.requests


def test_render_shows_what_is_sent(place: Place, promptship: Promptship) -> None:
    policy = place.roots.registry / "policies" / "default.yaml"
    policy.write_text("text: Never name a person.\n")
    (place.roots.registry / "registry.lock").unlink()
    messages = promptship("prompt", "render", PROMPT, "v1", "--var", MESSAGE, "--json").document["messages"]
    assert "Never name a person." in json.dumps(messages)


def test_a_shared_passage_and_an_image(place: Place, promptship: Promptship) -> None:
    registry = place.roots.registry
    snippet, version = registry / "snippets" / "tone" / "v1.yaml", registry / "prompts" / PROMPT / "v4.yaml"
    snippet.parent.mkdir(parents=True)
    snippet.write_text("id: tone\nversion: v1\nowner: tests\ntext: Be kind to everybody.\n")
    text = version.with_name("v3.yaml").read_text().replace("version: v3", "version: v4")
    said = '  - role: user\n    content: {% include "tone@v1" %}\n    images: [{url: "https://example.com/a.png"}]\n'
    version.write_text(text.replace("messages:\n", "messages:\n" + said.replace("{%", "'{%").replace("%}", "%}'")))
    shown = promptship("prompt", "render", PROMPT, "v4", "--var", MESSAGE).out
    assert "user\nBe kind to everybody.\n\n[image https://example.com/a.png]\n" in shown
    assert promptship("prompt", "show", PROMPT, "v4", "--json").document["snippets"] == ["tone@v1"]
    (row,) = promptship("snippet", "list", "--json").document["snippets"]
    assert (row["name"], row["included_by"], row["text"]) == ("tone@v1", [f"{PROMPT}@v4"], "Be kind to everybody.")
    assert "tone@v1" in promptship("snippet", "list", "tone").out
    assert "snippets in the prompt: tone@v1" in promptship("prompt", "show", PROMPT, "v4").out
    assert promptship("prompt", "new", PROMPT, "--from", "v4").code == 0
    assert '{% include "tone@v1" %}' in version.with_name("v5.yaml").read_text()
    assert "takes no images" in promptship("prompt", "lint", PROMPT, "v4").out
