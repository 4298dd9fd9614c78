"""`promptship model`, `drift` and `matrix` on scripted models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from registry.catalog import Catalog
from registry.models_lock import FILE, read
from tests.deployments.cli.conftest import Said
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.places import point_to
from tests.world import PROMPT

Promptship = Callable[..., Said]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        point_to(made.roots, monkeypatch)
        yield made


def test_an_upgrade_writes_locks_and_gates_a_candidate(here: Fleet, promptship: Promptship) -> None:
    said = promptship("model", "upgrade", "parrot", "--to", "owl", "-e", ENVIRONMENT, "--gate-only", "--json")
    (row,) = said.document["column"]
    assert (said.code, row["verdict"], row["version"], row["released"]) == (0, "pass", "v3", None)
    assert row["deltas"] == {
        "cases": 120,
        "prompt tokens": 0.0,
        "output tokens": 0.0,
        "cost": 0.0,
        "latency": 0.0,
        "refusal": 0.0,
    }
    (pair,) = said.document["fallbacks"]
    assert (pair["model"], pair["look"], pair["calls"]) == ("test/owl", "smoke", 8)
    catalog = Catalog(here.roots.registry)
    made = catalog.get(PROMPT, "v3")
    assert (made.model, made.change.reverse) == ("owl", "pin v1")
    assert "parrot is replaced by owl" in made.change.why
    assert catalog.locked(made) is not None
    locked = read(here.roots.registry / FILE)
    assert set(locked) == {"owl", "parrot"}
    assert (len(locked["owl"].border_inputs), locked["parrot"].border_inputs) == (20, ())
    own, referred, _ = said.document["notes"]
    assert "parcel-sort@v3 falls back to its own model" in own
    assert "20 words x 60 answers" in referred
    log = promptship("changelog", "--json").document["entries"]
    assert {entry["kind"] for entry in log} == {"release", "model_upgrade"}


def test_an_upgrade_to_a_worse_model_is_rejected_and_released_nowhere(here: Fleet, promptship: Promptship) -> None:
    said = promptship("model", "upgrade", "parrot", "--to", "rook", "-e", ENVIRONMENT, "--json")
    (row,) = said.document["column"]
    assert (said.code, row["verdict"], row["released"]) == (1, "reject", None)
    assert (said.document["notes"], read(here.roots.registry / FILE)) == ([], {})
    assert here.workspace.publisher.read_table(ENVIRONMENT).route(PROMPT).live.version == "v1"


def test_what_a_new_model_costs_is_beside_its_verdict(here: Fleet, promptship: Promptship) -> None:
    path = here.roots.registry / "models.yaml"
    models = yaml.safe_load(path.read_text())
    models["owl"]["price"] = {"input_per_million": 2.0, "output_per_million": 4.0}
    path.write_text(yaml.safe_dump(models))
    here.birds.prefixed = {"owl"}
    said = promptship("model", "upgrade", "parrot", "--to", "owl", "-e", ENVIRONMENT, "--gate-only")
    columns, _, row = said.out.splitlines()[:3]
    assert [" ".join(cell.split()) for cell in columns.split("┃")][4:8] == [
        "cases",
        "prompt tokens",
        "output tokens",
        "cost",
    ]
    cells = [cell.strip() for cell in row.split("│")]
    assert cells[:4] == [PROMPT, "v3", "pass", "-"]
    assert (cells[4], cells[6]) == ("120", "+0 %")
    assert 0 < float(cells[5].strip("+ %")) < float(cells[7].strip("+ %"))


def test_a_moving_alias_is_refused_where_risk_is_high(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, promptship: Promptship
) -> None:
    with fleet(tmp_path, risk="high") as here:
        point_to(here.roots, monkeypatch)
        path = here.roots.registry / "models.yaml"
        models = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump(models | {"eagle": models["owl"] | {"provider": "openai", "model": "gpt-4o"}}))
        said = promptship("model", "upgrade", "parrot", "--to", "eagle", "-e", ENVIRONMENT, "--gate-only", "--json")
        (row,) = said.document["column"]
        assert (said.code, row["verdict"], row["deltas"]) == (1, "reject", {})
        assert "PS121" in row["reason"]


def test_a_model_that_nothing_runs_on_has_no_column(here: Fleet, promptship: Promptship) -> None:
    assert promptship("model", "upgrade", "rook", "--to", "owl", "-e", ENVIRONMENT).code == 64


def test_the_lock_holds_what_the_endpoint_says(here: Fleet, promptship: Promptship) -> None:
    assert promptship("model", "check").code == 64
    assert promptship("model", "lock", "--json").document["locked"] == ["owl", "parrot", "rook"]
    locked = json.loads((here.roots.registry / FILE).read_text())
    assert (locked["owl"]["resolved"], locked["owl"]["requested"]) == ("owl", "test/owl")
    assert promptship("model", "check").code == 0
    here.birds.prefixed = {"owl"}
    said = promptship("model", "check", "--json")
    assert said.code == 1
    assert {one["model"]: one["state"] for one in said.document["models"]} == {
        "owl": "changed",
        "parrot": "same",
        "rook": "same",
    }
    here.birds.prefixed, here.birds.refuses = set(), {"owl": {"seed"}}
    (one,) = promptship("model", "check", "owl", "--json").document["models"]
    assert one["what"] == "seed is refused, locked as taken"
    here.birds.down = {"owl"}
    assert promptship("model", "check", "owl").code == 2


def test_models_are_listed_with_their_retirement(here: Fleet, promptship: Promptship) -> None:
    path = here.roots.registry / "models.yaml"
    path.write_text(path.read_text().replace("parrot:\n", "parrot:\n  retires: 2020-01-01\n"))
    said = promptship("model", "list", "--json").document["models"]
    (row,) = [row for row in said if row["model"] == "parrot"]
    assert row["days left"] < 0
    assert row["prompts"] == [PROMPT]
    assert "promptship model upgrade parrot" in promptship("model", "list").out


def test_a_plan_is_printed_before_anything_is_asked(here: Fleet, promptship: Promptship) -> None:
    said = promptship("matrix", "plan", "-e", ENVIRONMENT, "--calls", "130", "--json").document
    assert [(row["what"], row["calls"]) for row in said["rows"] if row["what"] == "eval"] == [("eval", 120)]
    assert {left["what"] for left in said["left_out"]} == {"eval"}
    assert here.birds.requests == []
    assert "left out" in promptship("matrix", "plan", "-e", ENVIRONMENT, "--calls", "0").out


def test_the_matrix_is_run_and_shown(here: Fleet, promptship: Promptship) -> None:
    said = promptship("matrix", "run", "-e", ENVIRONMENT, "--json")
    assert said.code == 1  # rook is rejected
    shown = promptship("matrix", "show", "-e", ENVIRONMENT, "--json").document["cells"]
    assert {cell["model"]: cell["verdict"] for cell in shown} == {"parrot": "pass", "owl": "pass", "rook": "reject"}
    assert "not_tested" not in promptship("matrix", "show", "-e", ENVIRONMENT).out


def test_a_night_without_references_draws_and_says_so(here: Fleet, promptship: Promptship) -> None:
    said = promptship("drift", "run", "-e", ENVIRONMENT, "--calls", "0", "--json")
    assert said.code == 2
    assert {row["finding"] for row in said.document["findings"]} == {"inconclusive"}
    assert "no blessed reference" in promptship("drift", "show", "-e", ENVIRONMENT).out


@pytest.mark.parametrize("verb", ["bless", "accept"])
def test_what_is_not_watched_cannot_be_blessed(here: Fleet, promptship: Promptship, verb: str) -> None:
    said = promptship("drift", verb, "sparrow", "-e", ENVIRONMENT, "--by", "ana", "--reason", "as measured")
    assert said.code == 64
    assert "parrot" in said.err


def test_what_an_endpoint_cannot_be_watched_by_is_said_when_it_is_blessed(here: Fleet, promptship: Promptship) -> None:
    here.birds.refuses = {"owl": {"temperature"}}
    said = promptship("drift", "bless", "owl", "-e", ENVIRONMENT, "--by", "ana", "--reason", "as measured")
    assert said.code == 0
    assert "no fingerprint, a low temperature is refused" in said.err
    assert "no log-probabilities, the endpoint gives none" in said.err
