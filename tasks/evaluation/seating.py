"""Who judges for an eval set: looked up, checked against the models that are judged."""

from __future__ import annotations

from collections.abc import Iterable

from registry.catalog import Catalog
from registry.errors import EvalSetError
from registry.models import Model

from . import arms
from .assertions.question import To
from .evalset_file import EvalSet
from .job import Arm
from .panel import Panel

NEEDED: dict[To, frozenset[str]] = {
    "rubric": frozenset(("rubric", "question", "reference", "answer")),
    "pairwise": frozenset(("question", "first", "second")),
}


def seat(evalset: EvalSet, catalog: Catalog, judged: Iterable[Model]) -> Panel:
    """The panel of the set's `judge`, empty without one.

    Raises EvalSetError for a judge that is the judged model or lacks a variable, and what an unknown name raises.
    """
    told = evalset.judge
    if told is None:
        return Panel()
    named: dict[To, str | None] = {"rubric": told.rubric, "pairwise": told.pairwise}
    found = {to: _judge(to, name, catalog) for to, name in named.items() if name is not None}
    _not_judged(found.values(), {model.model for model in judged})
    return Panel(found, _embedder(told.embedding, catalog))


def _judge(to: To, name: str, catalog: Catalog) -> Arm:
    prompt_id, _, version = name.partition("@")
    arm = arms.of_candidate(name, catalog.behavior(catalog.get(prompt_id, version)), catalog)
    missing = sorted(NEEDED[to] - arm.artifact.variables.keys())
    if missing:
        raise EvalSetError(
            f"the judge {name} does not declare {', '.join(missing)}",
            expected=f"a prompt with the variables {', '.join(sorted(NEEDED[to]))}",
            fix="Add them to a new version of the judge, and name it in evalset.yaml",
        )
    return arm


def _not_judged(judges: Iterable[Arm], judged: set[str]) -> None:
    """By the name of the model: another provider or region of it is the same judge in its own case."""
    for arm in judges:
        if arm.model.model in judged:
            raise EvalSetError(
                f"the judge {arm.name} runs on {arm.model.model}, which is the model that it would judge",
                expected="a judge on another model, of another family where there is one",
                fix="Name a judge on another model under `judge` in evalset.yaml",
            )


def _embedder(name: str | None, catalog: Catalog) -> Model | None:
    if name is None:
        return None
    if name not in catalog.models:
        raise EvalSetError(
            f"there is no model {name!r} for embeddings",
            expected=f"one of {', '.join(sorted(catalog.models))}",
            fix="Add it to registry/models.yaml with `driver: litellm_embedding`",
        )
    return catalog.models[name]
