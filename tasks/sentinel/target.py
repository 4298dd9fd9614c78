"""What is watched: an endpoint, shared by all prompts on it, or a live prompt version on its primary model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry import behavior
from registry.behavior import Behavior
from registry.models import Model
from registry.runtime.artifact_file import Artifact, from_behavior
from tasks.drift import fingerprint, logprobs, text
from tasks.evaluation import evalset
from tasks.evaluation.evalset import Selection
from tasks.evaluation.job import Arm
from tasks.matrix.cell import Cell
from tasks.matrix.running import drawn
from tasks.release.workspace import Workspace


@dataclass(frozen=True)
class Sizes:
    """Draws by probe, and how much of a reference makes it one. The defaults are those the rates were measured at."""

    words: int = 240
    probes: int = fingerprint.PROBES
    discovery: int = fingerprint.DISCOVERY_DRAWS
    selection: int = fingerprint.SELECTION_DRAWS
    screen: int = fingerprint.SCREEN_DRAWS
    confirm: int = fingerprint.CONFIRM_DRAWS
    reference: int = fingerprint.REFERENCE_DRAWS
    batches: int = fingerprint.BATCHES
    vectors: int = logprobs.SCREEN_DRAWS
    vectors_confirm: int = logprobs.CONFIRM_DRAWS
    cases: int = text.CASES
    text_screen: int = text.SCREEN_DRAWS
    text_confirm: int = text.CONFIRM_DRAWS
    text_reference: int = text.REFERENCE_DRAWS
    week: int = text.WEEK_DRAWS


@dataclass(frozen=True)
class Endpoint:
    """`name` is the entry of models.yaml."""

    name: str
    model: Model

    @property
    def key(self) -> str:
        """Of its model, as the ledger has it."""
        return self.model.key

    @property
    def fingerprint(self) -> str:
        return behavior.sha({"model": self.model.identity, "temperature": fingerprint.TEMPERATURE})


@dataclass(frozen=True)
class Texts:
    """A cell: the live version on its primary model, as production sends it but for the seed and the fallbacks."""

    cell: Cell
    arm: Arm
    selection: Selection

    @property
    def name(self) -> str:
        return self.cell.name

    @property
    def key(self) -> str:
        """Of its model, as the ledger has it."""
        return self.arm.model.key

    @property
    def fingerprint(self) -> str:
        cases = [case.id for case in self.selection.cases]
        return behavior.sha({"behavior": self.cell.behavior, "evalset": self.selection.sha, "cases": cases})


Target = Endpoint | Texts


def endpoint(workspace: Workspace, name: str) -> Endpoint:
    return Endpoint(name, workspace.catalog.models[name])


def texts(workspace: Workspace, cell: Cell, sizes: Sizes) -> Texts:
    """Its probes are fixed cases of the set that authors tune on: the held-out one is not worn down every night."""
    version = workspace.catalog.get(cell.prompt, cell.version)
    whole = evalset.load(workspace.roots.evalsets, version.evals.fast if version.evals else "")
    selection = drawn(whole, sizes.cases, f"probes of {cell.prompt}")
    artifact = _unseeded(workspace.publisher.get_artifact(cell.behavior))
    return Texts(cell, Arm(cell.name, artifact, workspace.catalog.models[cell.model]), selection)


def _unseeded(artifact: Artifact) -> Artifact:
    """A seed would make every draw the same answer."""
    decoding: Mapping[str, Any] = artifact.components["decoding"]
    kept = {name: value for name, value in decoding.items() if name != "seed"}
    return from_behavior(Behavior({**artifact.components, "decoding": kept, "fallbacks": []}))
