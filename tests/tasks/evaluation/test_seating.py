from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.catalog import Catalog
from registry.errors import EvalSetError, UnknownPrompt
from registry.models import Model
from tasks.evaluation.evalset import read
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.panel import Panel
from tasks.evaluation.seating import seat
from tests import scripted
from tests.judging import JUDGE, judge_of
from tests.world import PROMPT, make_evalsets, make_registry

SET = {
    "name": "e",
    "prompt_use": "e",
    "description": "d",
    "source": "s",
    "licence": "x",
    "subsets": {"dev": {"split": "dev"}},
}


def seated(folder: Path, judge: dict[str, Any] | None, model: str = "owl-1", judged: Model | None = None) -> Panel:
    registry = make_registry(folder / "registry", {"v1": (40, 0)})
    judge_of(registry, model)
    evalset = EvalSet.model_validate(SET | {"judge": judge})
    return seat(evalset, Catalog(registry), [judged or scripted.model()])


def test_a_judge_is_a_behavior_version_of_its_own(tmp_path: Path) -> None:
    panel = seated(tmp_path, {"rubric": f"{JUDGE}@v1", "embedding": "parrot"})
    catalog = Catalog(tmp_path / "registry")
    behavior = catalog.behavior(catalog.get(JUDGE, "v1")).sha
    assert panel.identity == {"rubric": behavior, "embedding": "test/parrot-1"}


def test_without_a_judge_nobody_is_seated(tmp_path: Path) -> None:
    assert seated(tmp_path, None) == Panel()


@pytest.mark.parametrize("provider", ["test", "elsewhere"])
def test_the_judged_model_may_not_judge_itself(tmp_path: Path, provider: str) -> None:
    judged = scripted.model().model_copy(update={"provider": provider})
    with pytest.raises(EvalSetError, match="runs on parrot-1, which is the model that it would judge"):
        seated(tmp_path, {"rubric": f"{JUDGE}@v1"}, "parrot-1", judged)


@pytest.mark.parametrize(
    ("judge", "error", "says"),
    [
        ({"rubric": "nobody@v1"}, UnknownPrompt, "nobody"),
        ({"rubric": f"{PROMPT}@v1"}, EvalSetError, "does not declare answer, question, reference, rubric"),
        ({"pairwise": f"{JUDGE}@v1"}, EvalSetError, "does not declare first, second"),
        ({"embedding": "ibis"}, EvalSetError, "no model 'ibis'"),
    ],
)
def test_what_cannot_judge(tmp_path: Path, judge: dict[str, str], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        seated(tmp_path, judge)


@pytest.mark.parametrize(
    ("assertion", "wanted"),
    [
        ({"type": "llm-rubric", "value": "kind"}, "rubric"),
        ({"type": "not-pairwise", "value": "x"}, "pairwise"),
        ({"type": "assert-set", "assert": [{"type": "pairwise"}]}, "pairwise"),
    ],
)
def test_a_set_that_asks_a_judge_has_to_name_it(tmp_path: Path, assertion: dict[str, Any], wanted: str) -> None:
    root = make_evalsets(tmp_path)
    path = root / PROMPT / "evalset.yaml"
    told = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(told | {"assertions": [assertion]}))
    with pytest.raises(EvalSetError, match=f"needs `judge: .{wanted}: "):
        read(root, PROMPT)
