"""The column of a model: the live prompts whose primary model it is, and their candidates on another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry import lock
from registry.artifact import PromptVersion
from registry.behavior import Behavior
from registry.catalog import Catalog
from registry.drafting import number_after, write_new
from registry.errors import UsageError
from registry.models import Model
from registry.resolution import model_named
from tasks.release.workspace import Workspace

from .drafting import moved


@dataclass(frozen=True)
class Row:
    """`candidate` is the version that is live's but for the model; None when there is none yet."""

    prompt: str
    live: str
    candidate: str | None


def column(workspace: Workspace, environment: str, old: str, new: str) -> list[Row]:
    """By prompt. Raises UnknownModel, and UsageError for a model that nothing live runs on or the same one twice."""
    models = workspace.catalog.models
    before, after = model_named(old, models), model_named(new, models)
    if before.identity == after.identity:
        raise UsageError(f"{old} and {new} are one model", expected="two", fix="Name another entry of models.yaml")
    table = workspace.publisher.read_table(environment)
    found = [
        Row(prompt, route.live.version, _candidate(workspace.catalog, prompt, route.live.version, after))
        for prompt, route in sorted(table.prompts.items())
        if workspace.publisher.get_artifact(route.live.behavior).model == before.identity
    ]
    if not found:
        raise UsageError(
            f"nothing that is live in {environment} runs on {old}",
            expected="a model that is primary for a live prompt",
            fix="See `promptship model list`",
        )
    return found


def _candidate(catalog: Catalog, prompt: str, live: str, model: Model) -> str | None:
    """The newest version that behaves as live does, on the new model."""
    own = _without_model(catalog.behavior(catalog.get(prompt, live)))
    for version in reversed(catalog.versions(prompt)):
        behavior = catalog.behavior(catalog.read(prompt, version))
        if behavior.components["model"] == model.identity and _without_model(behavior) == own:
            return version
    return None


def _without_model(behavior: Behavior) -> dict[str, str]:
    """A fallback to the new model is no fallback any more: that is left to the author to tidy up."""
    return {str(name): value for name, value in behavior.shas.items() if name != "model"}


def write(workspace: Workspace, row: Row, old: str, new: str, author: str) -> tuple[Path, str]:
    """Write and lock the candidate: its path and version. For an author's checkout; workers never write the registry.

    Raises UsageError when somebody else wrote that version in between.
    """
    catalog = Catalog(workspace.roots.registry)
    version = number_after(catalog.versions(row.prompt))
    path = catalog.path(row.prompt, version)
    source = catalog.path(row.prompt, row.live).read_text(encoding="utf-8-sig")
    text = moved(source, catalog.written(row.prompt, row.live), version, author, _change(catalog, old, new))
    write_new(path, text)
    _lock(catalog, catalog.read(row.prompt, version))
    return path, version


def _change(catalog: Catalog, old: str, new: str) -> tuple[str, str, str]:
    retires = catalog.models[old].retires
    return old, new, f", which retires on {retires}" if retires else ""


def _lock(catalog: Catalog, version: PromptVersion) -> None:
    """This version alone: other drafts are their authors' to lock."""
    entry = lock.of(version, catalog.behavior(version))
    path = catalog.root / lock.FILE
    lock.write(path, {**lock.read(path), version.name: entry})
