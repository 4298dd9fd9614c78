"""The forms of deployments: a drop-down wherever a field names what the registry has.

Prefect's forms have no lists that depend on other fields, so versions are offered as one list of prompt@version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from registry.catalog import Catalog
from registry.lock import FILE, read
from tasks.evaluation.evalset import names

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

    from registry.roots import Roots

Choices = Mapping[str, tuple[str, ...]]

_LABELS = {
    "by": "Your name",
    "limit": "Cases at most",
    "max_usd": "USD at most",
    "name": "Eval set",
    "new": "New model",
    "old": "Old model",
    "wait": "Wait for second draws",
}
"""Of parameters whose name alone says too little on a form."""


def choices(roots: Roots) -> Choices:
    """What a field of this name may hold: versions are those of the lock, the newest of each prompt first.

    `name` is that of an eval set; `old` and `new` are models.
    """
    catalog = Catalog(roots.registry)
    locked = read(roots.registry / FILE)
    prompts = tuple(catalog.prompts())
    versions = tuple(
        f"{prompt}@{version}"
        for prompt in prompts
        for version in reversed(catalog.versions(prompt))
        if f"{prompt}@{version}" in locked
    )
    models = tuple(sorted(catalog.models))
    return {
        "version": versions,
        "prompt": prompts,
        "environment": tuple(catalog.environments),
        "name": tuple(names(roots.evalsets)),
        "old": models,
        "new": models,
    }


def offer(client: SyncPrefectClient, deployment: DeploymentResponse, found: Choices) -> None:
    """Give the form of this deployment its drop-downs; the server refuses other values from then on."""
    schema = with_choices(deployment.parameter_openapi_schema or {}, found)
    response = client._client.patch(f"/deployments/{deployment.id}", json={"parameter_openapi_schema": schema})
    response.raise_for_status()


def with_choices(schema: Mapping[str, Any], found: Choices) -> dict[str, Any]:
    """A form's schema whose text fields of these names are enums; lists of such names are lists of the enum.

    A field that may be null has its one other type, and is null when it is left out. A parameter's own name, which is
    its title by default, is written as a label.
    """
    changed = deepcopy(dict(schema))
    for name, field in _fields(changed):
        known = found.get(name) or found.get(name.removesuffix("s"))
        if known:
            _restrict(field, known)
        _simplify(field)
    for name, field in changed.get("properties", {}).items():
        if field.get("title") == name:
            field["title"] = _LABELS.get(name, name.replace("_", " ").capitalize())
    return changed


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from schema.get("properties", {}).items()
    for definition in schema.get("definitions", {}).values():
        yield from definition.get("properties", {}).items()


def _simplify(field: dict[str, Any]) -> None:
    """What may be left out has one type: Prefect's form would ask whether it is a `str` or `None` first."""
    kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1 and field.get("default") is None:
        del field["anyOf"]
        field.pop("default", None)
        field.update(kinds[0])


def _restrict(field: dict[str, Any], known: tuple[str, ...]) -> None:
    for kind in [field, *field.get("anyOf", [])]:
        if kind.get("type") == "array":
            kind.setdefault("items", {"type": "string"})["enum"] = list(known)
        elif kind.get("type") == "string":
            kind["enum"] = list(known)
