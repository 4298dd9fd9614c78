"""Behavior versions as arms of a comparison: the artifact, and how its model is reached."""

from __future__ import annotations

from registry.behavior import Behavior
from registry.catalog import Catalog
from registry.errors import UnknownModel
from registry.models import Model
from registry.runtime.artifact_file import Artifact, from_behavior
from registry.runtime.publishing import Publisher

from .job import Arm


def of_candidate(name: str, behavior: Behavior, catalog: Catalog, publisher: Publisher) -> Arm:
    """The arm of a version in the registry."""
    return _arm(name, from_behavior(behavior), catalog, publisher)


def of_published(name: str, behavior: str, catalog: Catalog, publisher: Publisher) -> Arm:
    """The arm of a behavior that is or was served, from its artifact. Raises ArtifactCorrupt, UnknownModel."""
    return _arm(name, publisher.get_artifact(behavior), catalog, publisher)


def _arm(name: str, artifact: Artifact, catalog: Catalog, publisher: Publisher) -> Arm:
    return Arm(name, artifact, reach(artifact, catalog, publisher))


def reach(artifact: Artifact, catalog: Catalog, publisher: Publisher) -> Model:
    """How the artifact's model is reached: as models.yaml says today, else as it was published."""
    known = [*catalog.models.values(), *publisher.read_models().values()]
    found = next((model for model in known if model.identity == artifact.model), None)
    if found is None:
        raise UnknownModel(
            f"no entry says how {artifact.model['model']!r} of {artifact.model['provider']!r} is reached",
            expected="an entry of registry/models.yaml with the same provider, model, revision and region",
            fix="Add the entry, or publish it with a release that uses it",
        )
    return found
