"""Behavior versions as arms of a comparison: the artifact, and how its model is reached."""

from __future__ import annotations

from collections.abc import Iterable

from registry.behavior import Behavior
from registry.catalog import Catalog
from registry.errors import UnknownModel
from registry.models import Model
from registry.runtime.artifact_file import Artifact, from_behavior
from registry.runtime.publishing import Publisher

from .job import Arm


def of_candidate(name: str, behavior: Behavior, catalog: Catalog) -> Arm:
    """The arm of a version in the registry. Raises UnknownModel."""
    artifact = from_behavior(behavior)
    return Arm(name, artifact, _reached(artifact, catalog.models.values()))


def of_published(name: str, behavior: str, catalog: Catalog, publisher: Publisher, environment: str) -> Arm:
    """The arm of a behavior that is or was served here, from its artifact. Raises ArtifactCorrupt, UnknownModel."""
    artifact = publisher.get_artifact(behavior)
    return Arm(name, artifact, reach(artifact, catalog, publisher, environment))


def reach(artifact: Artifact, catalog: Catalog, publisher: Publisher, environment: str) -> Model:
    """How the artifact's model is reached: as models.yaml says today, else as it was published here."""
    return _reached(artifact, [*catalog.models.values(), *publisher.read_models(environment).values()])


def _reached(artifact: Artifact, known: Iterable[Model]) -> Model:
    found = next((model for model in known if model.identity == artifact.model), None)
    if found is None:
        raise UnknownModel(
            f"no entry says how {artifact.model['model']!r} of {artifact.model['provider']!r} is reached",
            expected="an entry of registry/models.yaml with the same provider, model, revision and region",
            fix="Add the entry, or publish it with a release that uses it",
        )
    return found
