"""What is rehearsed: a version to go back to, and the one to come from."""

from __future__ import annotations

from typing import NamedTuple

from registry.artifact import Guard
from registry.catalog import Catalog
from registry.errors import UnknownPrompt, UnknownVersion
from registry.runtime.routes import Pinned, Route
from registry.runtime.routes_change import before_live
from tasks.evaluation.scoring import SCHEMA
from tasks.release.record import Record


class Subject(NamedTuple):
    """`back` is gone back to from `away`, on the fast cases `evalset`.

    `schema_ok` is the level at which the environment would roll live back, None where it names none.
    """

    environment: str
    prompt_id: str
    use_case: str
    away: Pinned
    back: Pinned
    evalset: str
    budget_usd: float | None
    schema_ok: float | None


def of_record(catalog: Catalog, record: Record) -> Subject:
    """The release's candidate away, and back to what is live now."""
    version = catalog.get(record.prompt_id, record.to_version)
    back = Pinned(version=record.from_version or "", behavior=record.from_behavior or "")
    return Subject(
        record.environment,
        record.prompt_id,
        version.use_case,
        Pinned(version=record.to_version, behavior=record.to_behavior),
        back,
        fast_cases(catalog, record.prompt_id, (back.version, record.to_version)),
        record.policy.budget_usd_per_release,
        level(record.policy.live_guards),
    )


def of_route(catalog: Catalog, environment: str, prompt_id: str, route: Route) -> list[Subject]:
    """Live away, and back to where a rollback would go; versions on the way that lost their certificate as well.

    Empty where nothing served before live. Raises UnknownEnvironment.
    """
    rules = catalog.environments.environment(environment)
    found = []
    for entry in before_live(route):
        back = Pinned(version=entry.version, behavior=entry.behavior)
        cases = fast_cases(catalog, prompt_id, (entry.version, route.live.version))
        bounds = (rules.budget.usd_per_release, level(rules.live_guards))
        found.append(Subject(environment, prompt_id, route.use_case, route.live, back, cases, *bounds))
        if entry.certified:
            break
    return found


def fast_cases(catalog: Catalog, prompt_id: str, versions: tuple[str, ...]) -> str:
    """The fast set of the first of these versions that the registry still has and that names one, else empty."""
    for number in versions:
        try:
            version = catalog.get(prompt_id, number)
        except (UnknownPrompt, UnknownVersion):
            continue
        if version.evals is not None and version.evals.fast:
            return version.evals.fast
    return ""


def level(guards: tuple[Guard, ...]) -> float | None:
    return max((guard.min for guard in guards if guard.metric == SCHEMA and guard.min is not None), default=None)
