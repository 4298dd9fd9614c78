from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.catalog import Catalog
from tasks.evaluation import evalset
from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]
CONFIG = """\
prompts: ["Greet {{ name }}", "{{ env.SECRET }}"]
providers: [exec:run.sh]
tests:
  - {vars: {name: Ana}, assert: [{type: contains, value: Ana}]}
  - {vars: {name: Bo}, assert: [{type: contains, value: Bo}, {type: javascript, value: "process.exit()"}]}
"""


@pytest.fixture
def model(place: Place) -> str:
    return next(iter(Catalog(place.roots.registry).models))


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "promptfooconfig.yaml").write_text(CONFIG)
    return str(tmp_path / "promptfooconfig.yaml")


def test_a_config_becomes_versions_and_a_report(place: Place, promptship: Promptship, model: str, config: str) -> None:
    said = promptship("prompt", "import", config, "--model", model, "--owner", "ana", "--risk", "low", "--json")
    assert said.code == 1
    (written,) = said.document["written"]
    version = Catalog(place.roots.registry).get(written["id"], written["version"])
    assert (version.owner, version.risk, version.model) == ("ana", "low", model)
    kinds = {(note["kind"], note["line"]) for note in said.document["notes"]}
    assert {("code", 2), ("environment", 1), ("refused", 1), ("no counterpart", 3)} <= kinds


def test_a_prompt_that_is_there_gets_its_next_version(
    place: Place, promptship: Promptship, model: str, tmp_path: Path
) -> None:
    (tmp_path / "a.prompty").write_text("---\nname: A\n---\nuser:\nSort {{ parcel }}\n")
    said = promptship("prompt", "import", str(tmp_path / "a.prompty"), "--id", PROMPT, "--model", model)
    assert said.code == 0, said.err
    assert "v4.yaml" in said.out
    assert Catalog(place.roots.registry).get(PROMPT, "v4").use_case == "parcels.sort"


@pytest.mark.parametrize(("name", "text", "options", "code", "why"), [
    ("a.prompty", "---\nname: a\n---\nuser:\nHi\n", (), 1, "names no model"),
    ("a.prompty", "---\nname: a\n---\nuser:\nHi\n", ("--id", "../../up", "--model", "tiny"), 1, "is no id"),
    ("a.prompty", "---\nname: a\n---\nuser:\nHi\n", ("--model", "none"), 1, "no entry 'none'"),
    ("a.yaml", "prompts: [a\n", (), 1, "no YAML"), ("a.js", "process.exit()", (), 1, "not run"),
    ("a.txt", "Hi", (), 64, "imported from"), ("missing.yaml", None, (), 64, "does not exist"),
    ("a.yaml", 'prompts: ["file://\\e[2J.txt"]', (), 1, "nothing was written"),
])  # fmt: skip
def test_what_is_refused_says_why_and_writes_nothing(
    place: Place, promptship: Promptship, tmp_path: Path, name: str, text: str | None, options: tuple[str, ...],
    code: int, why: str,
) -> None:  # fmt: skip
    if text is not None:
        (tmp_path / name).write_text(text)
    before = sorted(place.roots.registry.rglob("*"))
    said = promptship("prompt", "import", str(tmp_path / name), *options)
    assert (said.code, why in said.err) == (code, True), said
    assert sorted(place.roots.registry.rglob("*")) == before
    assert "\x1b" not in said.out + said.err


def test_tests_become_an_eval_set(place: Place, promptship: Promptship, config: str) -> None:
    said = promptship("evalset", "import", config, "--into", "greet")
    assert said.code == 0, said.err
    assert "1 cases to tune on, 1 held out" in said.out
    assert "promptfooconfig.yaml:5: code: the assertion 'javascript' is code: it was not run" in said.out
    assert len(evalset.read(place.roots.evalsets, "greet").cases) == 2
    again = promptship("evalset", "import", config, "--into", "greet")
    assert (again.code, "already" in again.err) == (64, True)


def test_the_variables_are_those_of_the_prompt(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    catalog = Catalog(place.roots.registry)
    (name,) = catalog.get(PROMPT, "v1").variables
    (tmp_path / "a.csv").write_text(f"{name},color,expected\none,red,1\ntwo,blue,2\n")
    said = promptship("evalset", "import", str(tmp_path / "a.csv"), "--into", "b", "--prompt", PROMPT, "--json")
    assert said.code == 0, said
    library = evalset.read(place.roots.evalsets, "b")
    assert library.evalset.prompt_use == "parcels.sort"
    assert {key for case in library.cases for key in case.variables} == {name}
    assert [note["line"] for note in said.document["notes"] if "'color'" in note["what"]] == [2, 3]


@pytest.mark.parametrize(("text", "options", "code", "why"), [
    ("q,a\nx,y\n", ("--into", "b"), 1, "no column says"), ("q,expected\nx,y\n", ("--into", "b"), 1, "independent"),
    ("q,expected\nx,y\n", ("--into", "../b"), 64, "no name"),
    ("q,expected\nx,y\n", ("--into", "b", "--prompt", "no"), 3, "no prompt"),
])  # fmt: skip
def test_no_set_is_half_written(
    place: Place, promptship: Promptship, tmp_path: Path, text: str, options: tuple[str, ...], code: int, why: str
) -> None:
    (tmp_path / "a.csv").write_text(text)
    before = sorted(place.roots.evalsets.rglob("*"))
    said = promptship("evalset", "import", str(tmp_path / "a.csv"), *options)
    assert (said.code, why in said.err) == (code, True), said
    assert sorted(place.roots.evalsets.rglob("*")) == before


def test_a_langfuse_dataset(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    items = [{"id": f"i{n}", "input": {"q": f"q{n}"}, "expectedOutput": str(n)} for n in range(10)]
    (tmp_path / "a.json").write_text(json.dumps(items))
    said = promptship("evalset", "import", str(tmp_path / "a.json"), "--into", "b", "--json")
    (row,) = said.document["written"]
    assert (row["dev"], row["gate"]) == (4, 6)


CODE = """\
def ask(order):
    return client.chat.completions.create(model="{model}", messages=[
        {{"role": "system", "content": "You sort parcels."}},
        {{"role": "user", "content": f"Sort {{order.id}}"}},
    ])
"""


def test_prompts_in_code_are_listed_and_drafted(
    place: Place, promptship: Promptship, model: str, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE.format(model=model))
    (tmp_path / "src" / "bad.py").write_text("role = (")
    listed = promptship("prompt", "find", str(tmp_path / "src"))
    assert (listed.code, "app.py:2" in listed.out, "bad.py:1" in listed.err) == (0, True, True)
    assert promptship("prompt", "find", str(tmp_path / "src"), "--json").document["prompts"][0]["name"] == "app-ask"
    drafted = promptship("prompt", "find", str(tmp_path / "src" / "app.py"), "--draft", str(tmp_path / "drafts"))
    assert drafted.code == 0, drafted
    assert "order_id: {" in _flow(tmp_path / "drafts" / "app-ask" / "v1.yaml")


def test_code_without_prompts_is_told(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n")
    said = promptship("prompt", "find", str(tmp_path))
    assert (said.code, said.out.startswith("no prompts found in the Python code of")) == (0, True)


def _flow(path: Path) -> str:
    from registry.artifact import PromptVersion
    from registry.files import load

    version = load(path, PromptVersion)
    return "".join(f"{name}: {{untrusted: {one.untrusted}}}" for name, one in version.variables.items())


@pytest.mark.parametrize("verb", ["find", "import"])
def test_a_file_of_another_kind(place: Place, promptship: Promptship, tmp_path: Path, verb: str) -> None:
    (tmp_path / "notes.txt").write_text("Be kind.")
    said = promptship("prompt", verb, str(tmp_path / "notes.txt"))
    assert (said.code, "notes.txt" in said.err, "Expected: a" in said.err) == (64, True, True)


def test_an_image_comes_over_by_reference(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    code = '[{"type": "text", "text": "What is on this photo?"}, {"type": "image_url", "image_url": {"url": photo}}]'
    (tmp_path / "app.py").write_text(f'messages = [{{"role": "user", "content": {code}}}]\n')
    said = promptship("prompt", "find", str(tmp_path), "--draft", str(tmp_path / "drafts"), "--model", "parrot")
    assert said.code == 0
    assert "  images:\n  - variable: photo\n" in (tmp_path / "drafts/app/v1.yaml").read_text()
