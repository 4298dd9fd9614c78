"""Which version does this request get? Dictionary lookups and one hash, while the table does not change.

What cannot be served is replaced by what can, and the resolution says so: a canary whose artifact, model or key is
missing gives way to live, a live version whose artifact is unreadable to the one before.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import ModelRejected, NoRoute, PromptshipError
from ..models import Model
from .artifact_file import Artifact, key_of
from .publishing import Publisher
from .reading import Reading
from .routes import Arm, Pinned, Route, RouteTable, arm_of


class Resolution(NamedTuple):
    """`version` and `behavior` are intended; `artifact` is what serves: another one only when `problem` says why.

    `release_id` is the release whose canary (arms canary and live) or holdback is on. `share_bps` is the canary's
    share while its lease holds and the unit may be in it, else None: only then is there an assignment.
    """

    prompt_id: str
    version: str
    behavior: str
    arm: Arm
    generation: int
    artifact: Artifact
    release_id: str | None = None
    routes_age_s: float = 0.0
    share_bps: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class _Choices:
    """The resolutions of one prompt in one generation; `control` is live while a canary takes traffic."""

    route: Route
    live: Resolution
    control: Resolution
    canary: Resolution | None
    holdback: Resolution | None


@dataclass(frozen=True)
class _Generation:
    """A table and what was chosen from it: replaced as one, so that no thread mixes two generations."""

    table: RouteTable
    choices: dict[str, _Choices] = field(default_factory=dict)


class Resolver:
    """Keeps what a generation needs; everything is read again when the table changes."""

    def __init__(self, publisher: Publisher, reading: Reading) -> None:
        self._publisher = publisher
        self._reading = reading
        self._known: _Generation | None = None
        self._artifacts: dict[str, Artifact] = {}
        self._models: dict[str, Model] = {}
        self._models_of: _Generation | None = None
        self._fetched_for: RouteTable | None = None
        reading.on_table = self._fetch

    def resolve(self, prompt_id: str, unit: str | None) -> Resolution:
        """Raises NoRoute when the prompt has never been live, ArtifactCorrupt when none of its versions can be read."""
        known = self._generation()
        choices = known.choices.get(prompt_id) or self._choose(known, prompt_id)
        found = self._pick(choices, prompt_id, unit)
        age = self._reading.age_s()
        return found if not age else found._replace(routes_age_s=age)

    def prompt_of(self, use_case: str) -> str:
        return self._reading.table().prompt_of(use_case)

    def model(self, identity: dict[str, str | None]) -> Model:
        """How this model is reached. Raises ModelRejected when that was never published."""
        key = key_of(identity)
        if key not in self._models or self._models_of is not self._known:
            self._read_models()
        if key not in self._models:
            raise ModelRejected(
                f"How to reach {key} is not published",
                expected=f"one of {sorted(self._models)!r}",
                fix="Publish the version again: its models go with it",
            )
        return self._models[key]

    def _read_models(self) -> None:
        """Once a generation; what was known stays when they are unreadable."""
        self._models_of = self._known
        if self._known is not None and self._known.table is self._fetched_for:
            return
        with suppress(PromptshipError, OSError):
            self._models = self._publisher.read_models(self._reading.environment)

    def _fetch(self, table: RouteTable) -> None:
        """What this table needs for the prompts that were asked for so far, so that no request has to wait for it."""
        asked = self._known.choices if self._known else {}
        for route in [table.prompts[name] for name in list(asked) if name in table.prompts]:
            for pinned in filter(None, (route.live, route.canary, route.holdback)):
                with suppress(PromptshipError, OSError):
                    self._artifact(pinned.behavior)
        with suppress(PromptshipError, OSError):
            self._models = self._publisher.read_models(self._reading.environment)
            self._fetched_for = table

    def live_of(self, prompt_id: str) -> Resolution:
        """What live serves, whatever the arm of a unit."""
        known = self._generation()
        return (known.choices.get(prompt_id) or self._choose(known, prompt_id)).live

    def _generation(self) -> _Generation:
        table, known = self._reading.table(), self._known
        if known is None or known.table is not table:
            known = self._known = _Generation(table)
        return known

    def _pick(self, choices: _Choices, prompt_id: str, unit: str | None) -> Resolution:
        route = choices.route
        canary, back = route.canary, route.holdback
        if unit is None or (canary is None and back is None):
            return choices.live
        leased = canary is not None and self._reading.lease_holds(prompt_id, canary.release)
        arm = arm_of(route, unit, leased, back is not None and self._reading.holdback_holds(route))
        if arm == "holdback" and choices.holdback is not None:
            return choices.holdback
        if arm == "canary" and choices.canary is not None:
            return choices.canary
        return choices.control if leased else choices.live

    def _choose(self, known: _Generation, prompt_id: str) -> _Choices:
        """Without a lock: two threads that do it at once find the same."""
        table = known.table
        route = table.route(prompt_id)
        live = self._live(table, prompt_id, route)
        canary, back = route.canary, route.holdback
        control = live
        if canary is not None:
            control = live._replace(release_id=canary.release, share_bps=canary.share_bps)
        found = _Choices(
            route,
            live,
            control,
            None if canary is None else self._or_live(canary, control, "canary"),
            None if back is None else self._or_live(back, live._replace(release_id=back.release), "holdback"),
        )
        known.choices[prompt_id] = found
        return found

    def _or_live(self, pinned: Pinned, live: Resolution, arm: Arm) -> Resolution:
        """The arm's own version when it can be served, else live under the arm's name."""
        stamp = live._replace(version=pinned.version, behavior=pinned.behavior, arm=arm)
        try:
            return stamp._replace(artifact=self._usable(pinned.behavior), problem=None)
        except (PromptshipError, OSError) as error:
            return stamp._replace(problem=f"live served instead: {error}")

    def _usable(self, behavior: str) -> Artifact:
        artifact = self._artifact(behavior)
        variable = self.model(artifact.model).reach.key_variable
        if variable and not os.environ.get(variable):
            raise ModelRejected(
                f"The variable {variable} is not set", expected="the key of a model", fix=f"Set {variable}"
            )
        return artifact

    def _live(self, table: RouteTable, prompt_id: str, route: Route) -> Resolution:
        problem: str | None = None
        for pinned in (route.live, *route.served):
            try:
                artifact = self._artifact(pinned.behavior)
            except (PromptshipError, OSError) as error:
                problem = problem or f"another version served instead: {error}"
                continue
            version, behavior = route.live.version, route.live.behavior
            return Resolution(prompt_id, version, behavior, "live", table.generation, artifact, problem=problem)
        raise NoRoute(
            f"No version of {prompt_id!r} can be read: {problem}",
            expected="the artifacts that the table names",
            fix="Publish the live version again",
        )

    def _artifact(self, behavior: str) -> Artifact:
        if behavior not in self._artifacts:
            self._artifacts[behavior] = self._publisher.get_artifact(behavior)
        return self._artifacts[behavior]
