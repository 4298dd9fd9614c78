"""What is published, for those who hold no routing table: artifacts by their hash, prices by model. Never raises."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from ..errors import PromptshipError
from ..models import Model, Price
from .artifact_file import Artifact, key_of
from .publishing import Publisher

AGAIN_S = 60.0


class Shelf:
    """What could not be read is tried again after a minute."""

    def __init__(self, publisher: Publisher, clock: Callable[[], float] = time.monotonic) -> None:
        self._publisher = publisher
        self._clock = clock
        self._artifacts: dict[str, Artifact] = {}
        self._models: dict[str, dict[str, Model]] = {}
        self._again: dict[str, float] = {}

    def artifact(self, behavior: str) -> Artifact | None:
        if behavior not in self._artifacts and self._is_due(behavior):
            with suppress(PromptshipError, OSError):
                self._artifacts[behavior] = self._publisher.get_artifact(behavior)
        return self._artifacts.get(behavior)

    def price(self, environment: str, identity: dict[str, str | None]) -> Price | None:
        """As it was published there."""
        key, known = key_of(identity), self._models.get(environment, {})
        if key not in known and self._is_due(f"{environment}/{key}"):
            with suppress(PromptshipError, OSError):
                known = self._models[environment] = self._publisher.read_models(environment)
        model = known.get(key)
        return model.price if model else None

    def _is_due(self, name: str) -> bool:
        now = self._clock()
        if now < self._again.get(name, now):
            return False
        self._again[name] = now + AGAIN_S
        return True
