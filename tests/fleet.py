"""One prompt that is live on a scripted model, and two more models that it could run on.

`parrot` is primary, `owl` its fallback and as good, `rook` answers wrongly. Every model can be swapped, given a hidden
prefix, or cut off from the world.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from registry.catalog import Catalog
from registry.errors import ModelRejected, ModelUnavailable
from registry.roots import Roots
from registry.runtime import drivers, routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.drivers import Reply, Request
from registry.runtime.routes import Pinned
from tasks.ledger import trace
from tasks.ledger.trace import Trace
from tasks.release.workspace import Workspace
from tests import scripted
from tests.world import PROMPT, make_evalsets, make_registry

ENVIRONMENT = "demo"
START = datetime(2031, 3, 9, 2, tzinfo=UTC)
WORDS = ("left", "right", "up", "down", "in", "out")


@dataclass
class Birds(scripted.Scripted):
    """Answers by model; `changed` models draw from another distribution, `prefixed` ones count two tokens more.

    `refuses` names what a model rejects: temperature, seed, logprobs. Those that `tell` give so many
    log-probabilities at most, which are `off` by so many nats where only the arithmetic is another.

    The answers to one request differ from draw to draw, and are the same in every run of a test.
    """

    changed: dict[str, int] = field(default_factory=dict)
    prefixed: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    refuses: dict[str, set[str]] = field(default_factory=dict)
    tell: dict[str, int] = field(default_factory=dict)
    off: dict[str, float] = field(default_factory=dict)
    drawn: Counter[str] = field(default_factory=Counter)

    def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        name, text = request.model.model, str(request.messages[-1]["content"])
        if name in self.down:
            raise ModelUnavailable(f"{name} is away", expected="an answer", fix="Try again")
        if refused := self.refuses.get(name, set()) & _asked(request):
            raise ModelRejected(f"{name} takes no {refused}", expected="a request without", fix="Leave it out")
        if request.top_logprobs > self.tell.get(name, request.top_logprobs):
            raise ModelRejected(f"{name} tells {self.tell[name]} at most", expected="fewer", fix="Ask for fewer")
        said = self._token(name, text) if request.decoding.max_output_tokens == 1 else self._answer(name, text)
        tokens = sum(len(str(message["content"]).split()) for message in request.messages)
        return Reply(
            said,
            finish_reason="length" if request.decoding.max_output_tokens == 1 else "stop",
            prompt_tokens=tokens + 2 * (name in self.prefixed),
            cached_tokens=0,
            output_tokens=len(said.split()),
            model=name,
            latency_s=0.01,
            logprobs=self._logprobs(name, text, request.top_logprobs) if name in self.tell else None,
        )

    def _logprobs(self, name: str, text: str, top: int) -> dict[str, float] | None:
        """The same ones each time; a changed model has others."""
        moved = self.off.get(name, self.changed.get(name, 0) / 100)
        return {f"t{n}": -n - 1 - moved * _chance(f"{text}{n}") for n in range(top)} or None

    def _token(self, name: str, word: str) -> str:
        """Every input is on the border between two tokens; a changed model leans to one."""
        self.drawn[name + word] += 1
        lean = 0.5 + 0.45 * (name in self.changed)
        return "A" if _chance(f"{name}{word}{self.drawn[name + word]}") < lean else "B"

    def _answer(self, name: str, text: str) -> str:
        product = text.rsplit("<message>", maxsplit=1)[-1].split(maxsplit=1)[0]
        self.drawn[text] += 1
        if name == "rook" or _chance(f"{text}{self.changed.get(name, 0)}") < self.changed.get(name, 0) / 100:
            return json.dumps({"product": "box"})
        return json.dumps({"product": product})


def _asked(request: Request) -> set[str]:
    asked = {"temperature": request.decoding.temperature not in (0.0, 1.0), "seed": request.decoding.seed is not None}
    return {name for name, given in (asked | {"logprobs": request.top_logprobs > 0}).items() if given}


def _chance(text: str) -> float:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


@dataclass
class Fleet:
    """`later` is how far this workspace's clock is ahead of START."""

    roots: Roots
    birds: Birds
    later: timedelta = timedelta()

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.roots, actor="test", now=lambda: START + self.later, pause=self._pause)

    def _pause(self, seconds: float) -> None:
        self.later += timedelta(seconds=seconds)

    def serve(self, requests: int) -> None:
        """So many requests of today, as the ledger has them."""
        here, live = self.workspace, self.workspace.publisher.read_table(ENVIRONMENT).route(PROMPT).live
        rows = [
            Trace(
                f"tr_{here.now():%j}_{n}", here.now(), ENVIRONMENT, PROMPT, live.version, live.behavior, None, "live", 1
            )
            for n in range(requests)
        ]
        here.store.tx(lambda tx: trace.insert_many(tx, rows, here.now()))

    def go_live(self, version: str) -> str:
        """Publish a version and make it live; its behavior."""
        return make_live(self.workspace, ENVIRONMENT, PROMPT, version)


def make_live(here: Workspace, environment: str, prompt: str, version: str) -> str:
    """Publish a version and make it live; its behavior."""
    found = here.catalog.get(prompt, version)
    behavior = here.catalog.behavior(found)
    here.publisher.put_artifact(from_behavior(behavior))
    here.publisher.put_models(environment, here.catalog.models)
    table, pinned = here.publisher.read_table(environment), Pinned(version=version, behavior=behavior.sha)
    if prompt in table.prompts:
        changed = routes_change.pin(table, prompt, pinned, certified=True)
    else:
        changed = routes_change.go_live(table, prompt, found.use_case, pinned)
    stamped = routes_change.stamped(changed, operation=f"op_{version}", at=here.now(), by="test")
    here.publisher.swap(stamped, table.generation)
    return behavior.sha


@contextmanager
def fleet(folder: Path, *, risk: str = "low", busy: bool = False) -> Iterator[Fleet]:
    """v1 is live on parrot, with owl as its fallback; `busy`: a request a day counts as high traffic.

    A folder that a fleet was made in before, or a copy of it, is taken as it is.
    """
    roots = Roots(home=folder / "home", registry=folder / "registry", evalsets=folder / "evalsets")
    new = not roots.registry.exists()
    if new:
        _make(roots, risk, busy)
    birds = Birds(lambda _: "")
    drivers.close_all()
    drivers.register(scripted.DRIVER, lambda _: birds)
    try:
        made = Fleet(roots, birds)
        if new:
            made.go_live("v1")
        yield made
    finally:
        drivers.close_all()


def _make(roots: Roots, risk: str, busy: bool) -> None:
    make_registry(roots.registry, {"v1": (80, 0), "v2": (90, 0)})
    make_evalsets(roots.evalsets)
    own = {"provider": "test", "reach": {"driver": scripted.DRIVER}}
    price = {"input_per_million": 1.0, "output_per_million": 2.0}
    models = {name: {**own, "model": name, "price": price} for name in ("parrot", "owl", "rook")}
    (roots.registry / "models.yaml").write_text(yaml.safe_dump(models))
    for path in (roots.registry / "prompts" / PROMPT).glob("v*.yaml"):
        text = path.read_text().replace("model: parrot\n", "model: parrot\nfallbacks: [owl]\n")
        path.write_text(text.replace("risk: low", f"risk: {risk}"))
    (roots.registry / "registry.lock").unlink(missing_ok=True)
    Catalog(roots.registry).lock_all()
    if busy:
        rules = roots.registry / "environments.yaml"
        head, _, demo = rules.read_text().partition("\ndemo:")
        low = "low_traffic: {below_units_per_day: 1, ramp: {low: [50, 100], medium: [50, 100], high: [50, 100]}, "
        low += "first_step_units: 1, deadline: 1d}"
        rules.write_text(f"{head}\ndemo:{demo.replace('low_traffic: null', low, 1)}")
