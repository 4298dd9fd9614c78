"""models.lock: taken from the live endpoints, and held against them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

from registry.behavior import sha
from registry.errors import ModelUnavailable
from registry.models import Model
from registry.models_lock import LockedModel
from tasks.drift.contract import Observed
from tasks.release.workspace import Workspace

from . import probing
from .blessing import blessed
from .target import Endpoint

PARAMETERS = ("max_output_tokens", "messages", "temperature")
"""What a probe sends."""


class Difference(NamedTuple):
    """`state`: same, changed, or unreachable."""

    model: str
    state: Literal["same", "changed", "unreachable"]
    what: str


def lock(workspace: Workspace, name: str, model: Model) -> LockedModel:
    """Ask the endpoint five short questions, and try what it takes. Raises ModelUnavailable unless it answers all."""
    endpoint = Endpoint(name, model)
    seen = probing.observe(probing.door(), endpoint)
    if seen.failed or seen.refused:
        raise ModelUnavailable(
            f"{name} answered {seen.calls - seen.failed - seen.refused} of {seen.calls} probes",
            expected="all of them, so that the lock is whole",
            fix="See `promptship doctor` for its key and packages, and lock it again",
        )
    known = blessed(workspace.store, endpoint)
    return LockedModel(
        requested=model.key,
        resolved=seen.response_model,
        driver=model.reach.driver,
        litellm=_litellm(model),
        parameters=PARAMETERS,
        prompt_tokens=seen.prompt_tokens,
        finish_reasons=tuple(sorted(seen.finish_reasons)),
        capabilities=dict(seen.capabilities),
        reference=sha(dict(known.collected.answers)) if known else None,
        border_inputs=known.collected.probes if known else (),
        batches=known.row.batches if known else (),
        price=model.price,
        retires=model.retires,
        locked_at=workspace.now(),
    )


def check(name: str, model: Model, locked: LockedModel) -> Difference:
    """The live endpoint against its entry, without writing anything."""
    if locked.requested != model.key:
        return Difference(name, "changed", f"models.yaml asks for {model.key}, locked is {locked.requested}")
    seen = probing.observe(probing.door(), Endpoint(name, model))
    if seen.failed + seen.refused == seen.calls:
        return Difference(name, "unreachable", "no probe was answered")
    found = list(_differences(seen, locked))
    return Difference(name, "changed" if found else "same", "; ".join(found) or "as locked")


def _differences(seen: Observed, locked: LockedModel) -> list[str]:
    found = []
    if seen.response_model != locked.resolved:
        found.append(f"replies come from {seen.response_model!r}, locked is {locked.resolved!r}")
    pairs = zip(seen.prompt_tokens, locked.prompt_tokens, strict=True)
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        found.append(f"prompt tokens are {list(seen.prompt_tokens)}, locked are {list(locked.prompt_tokens)}")
    lost = [
        name for name, works in sorted(locked.capabilities.items()) if works and not seen.capabilities.get(name, True)
    ]
    return [*found, *(f"{name} is refused, locked as taken" for name in lost)]


def _litellm(model: Model) -> str | None:
    """Its version, for models that are called by it."""
    try:
        return version("litellm") if model.reach.driver.startswith("litellm") else None
    except PackageNotFoundError:
        return None
