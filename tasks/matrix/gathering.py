"""The cells of an environment, from its routes, the registry and the ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec

from registry.artifact import PromptVersion
from registry.errors import EvalSetError, RegistryError
from registry.models import Model
from registry.resolution import model_named
from registry.runtime.pricing import cost
from registry.tokens import of_messages
from tasks.evaluation import evalset
from tasks.ledger import changelog, drift, drift_alarm, matrix_cell, rate, trace
from tasks.ledger.matrix_cell import LookKind, MatrixCell, Role
from tasks.release.workspace import Workspace

from .cell import Cell, Left
from .tier import BUSY_PER_DAY, Tier, tier

LOOK_BACK = timedelta(days=7)
WATCHED_AFTER = timedelta(days=14)
"""How long a model that a prompt was moved away from is watched on: a rollback goes back to it."""
_ANSWERS = 10
"""Answers of a version before its own means count."""


@dataclass(frozen=True)
class Live:
    """A prompt as it is live, and its tier."""

    version: PromptVersion
    behavior: str
    tier: Tier


def live(workspace: Workspace, environment: str, now: datetime) -> list[Live]:
    """What is live and can be read from the registry, by prompt."""
    rules = workspace.catalog.environments.environment(environment)
    busy = rules.low_traffic.below_units_per_day if rules.low_traffic else BUSY_PER_DAY
    found = []
    for prompt, route in sorted(workspace.publisher.read_table(environment).prompts.items()):
        version = workspace.catalog.get(prompt, route.live.version)
        seen = trace.traffic(workspace.store, environment, prompt, since=now - LOOK_BACK, until=now)
        found.append(Live(version, route.live.behavior, tier(version.risk, seen.requests / LOOK_BACK.days, busy)))
    return found


def cells(workspace: Workspace, environment: str, now: datetime) -> list[Cell]:
    """Every live prompt on every model that answers with text."""
    known = {name: one for name, one in workspace.catalog.models.items() if one.reach.driver != "litellm_embedding"}
    looks = {(row.behavior, row.model, row.look): row for row in matrix_cell.newest(workspace.store)}
    return [cell for one in live(workspace, environment, now) for cell in _row(workspace, one, known, looks)]


def _row(
    workspace: Workspace,
    one: Live,
    known: Mapping[str, Model],
    looks: Mapping[tuple[str, str, LookKind], MatrixCell],
) -> Iterator[Cell]:
    (cases, must_pass), tokens = _cases(workspace, one.version), _tokens(workspace, one)
    primary = model_named(one.version.model, known)
    for name, model in known.items():
        since = drift_alarm.newest(workspace.store, (model.key, primary.key))
        smoke, judged = (looks.get((one.behavior, model.key, look)) for look in ("smoke", "eval"))
        yield Cell(
            prompt=one.version.id,
            version=one.version.version,
            behavior=one.behavior,
            model=name,
            key=model.key,
            role=role(one.version, name),
            risk=one.version.risk,
            tier=one.tier,
            cases=cases,
            must_pass=must_pass,
            usd=cost(model.price, tokens[0], 0, tokens[1]),
            primary_usd=cost(primary.price, tokens[0], 0, tokens[1]),
            smoked=_counts(smoke, since),
            judged=_counts(judged, since),
            obstacle=obstacle(name, model),
        )


def left(workspace: Workspace, environment: str, now: datetime) -> list[Left]:
    """Models that live prompts were moved away from in the last nights, by name."""
    since = {}
    for row in changelog.replaced(workspace.store, environment, now - WATCHED_AFTER):
        try:
            before, after = (workspace.catalog.get(row.prompt_id, v).model for v in (row.from_version, row.to_version))
        except RegistryError:
            continue
        if before != after:
            since[before] = row.released_at.date()
    return [Left(name, day, _unwatched(workspace, name)) for name, day in sorted(since.items())]


def _unwatched(workspace: Workspace, name: str) -> str | None:
    model = workspace.catalog.models.get(name)
    if model is None:
        return f"{name} is not in models.yaml any more"
    if why := obstacle(name, model):
        return why
    return None if drift.is_blessed(workspace.store, name, model.key) else "it has no blessed reference"


def role(version: PromptVersion, model: str) -> Role:
    if model == version.model:
        return "primary"
    return "fallback" if model in version.fallbacks else "other"


def obstacle(name: str, model: Model, environ: Mapping[str, str] = os.environ) -> str | None:
    """Why this model cannot be asked from here, as far as can be known without asking."""
    key = model.reach.key_variable
    if key is not None and not environ.get(key):
        return f"{name} cannot be asked: {key} is not set"
    package = (model.reach.endpoint or "").removeprefix("package:").partition("/")[0]
    packed = (model.reach.endpoint or "").startswith("package:")
    if model.reach.driver == "llama_cpp" and packed and not all(map(find_spec, ("xllamacpp", package))):
        return f"{name} cannot be asked: its packages are not installed"
    return None


def _counts(row: MatrixCell | None, drifted: datetime | None) -> datetime | None:
    """A look from before the newest confirmed drift says nothing about today."""
    return None if row is None or (drifted is not None and row.at <= drifted) or row.verdict == "error" else row.at


def _cases(workspace: Workspace, version: PromptVersion) -> tuple[int | None, int]:
    """Of the full set, and those of them that must pass."""
    if version.evals is None:
        return None, 0
    try:
        found = evalset.load(workspace.roots.evalsets, version.evals.full)
    except (EvalSetError, RegistryError):
        return None, 0
    must = [case for case in found.cases if any(one.must_pass for one in found.evalset.asked_of(case))]
    return len(found.cases), len(must)


def _tokens(workspace: Workspace, one: Live) -> tuple[int, int]:
    """Of a call, in and out: measured on this version, else estimated from its text and the most it may answer."""
    seen = rate.of_behavior(workspace.store, one.behavior)
    if seen.answers >= _ANSWERS and seen.prompt_tokens is not None and seen.output_tokens is not None:
        return round(seen.prompt_tokens), round(seen.output_tokens)
    return of_messages([message.content for message in one.version.messages]), one.version.decoding.max_output_tokens
