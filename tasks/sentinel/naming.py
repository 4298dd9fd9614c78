"""From what a person types to a target."""

from __future__ import annotations

from registry.errors import UsageError
from registry.nearest import did_you_mean, listed
from tasks.matrix import gathering
from tasks.release.workspace import Workspace

from .target import Sizes, Target, endpoint, texts


def named(workspace: Workspace, environment: str, name: str, sizes: Sizes) -> Target:
    """An endpoint by its entry of models.yaml, a cell as `prompt@version on model`. Raises UsageError."""
    if name in workspace.catalog.models:
        return endpoint(workspace, name)
    cells = gathering.cells(workspace, environment, workspace.now())
    primary = {cell.name: cell for cell in cells if cell.role == "primary" and cell.cases is not None}
    if name not in primary:
        known = [*workspace.catalog.models, *primary]
        raise UsageError(
            f"there is nothing to watch called {name!r} in {environment}",
            expected=f"one of {listed(known)}",
            fix=did_you_mean(name, known, "Name a model of models.yaml, or 'prompt@version on model'"),
        )
    return texts(workspace, primary[name], sizes)
