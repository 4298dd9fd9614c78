"""A request that was resolved and stamped: rendered messages, model parameters, and the stamp to send along.

    with client.stamp("order-extract", {"message": text}, unit=session_id) as stamped:
        litellm.completion(**stamped.litellm)

Whoever makes the model call records it: the LiteLLM callback, or the span processor.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from ..errors import RenderError, UsageError
from .artifact_file import Artifact
from .drivers import chat
from .record import Asked, stamp_of
from .recorder import Recorder, Span
from .resolution import Resolution
from .stamp import Stamp

METADATA = "promptship"


class Stamped:
    """As a context manager it is current for telemetry: spans inside and services called carry the stamp."""

    def __init__(self, asked: Asked, recorder: Recorder, live_of: Callable[[str], Resolution]) -> None:
        self._asked = asked
        self._recorder = recorder
        self._live_of = live_of
        self._variables: dict[str, Any] | None = None
        self._messages: list[dict[str, Any]] | None = None
        self._span: Span | None = None

    @property
    def trace_id(self) -> str:
        """What feedback names later."""
        return self._asked.trace_id

    @property
    def resolution(self) -> Resolution:
        return self._asked.resolution

    @property
    def artifact(self) -> Artifact:
        """The version that is really served: model, retrieval policy, tools, output contract."""
        return self._asked.resolution.artifact

    @property
    def stamp(self) -> Stamp:
        return stamp_of(self._asked)

    def render(self, **variables: Any) -> list[dict[str, Any]]:
        """The chat messages. A version on trial that cannot be rendered gives way to live. Raises RenderError."""
        self._variables = variables
        found = self.resolution
        try:
            self._messages = found.artifact.render(**variables)
        except RenderError as error:
            live = self._live_of(found.prompt_id).artifact
            if live.behavior == found.artifact.behavior:
                raise
            self._messages = live.render(**variables)
            served = found._replace(artifact=live, problem=f"live served instead: {error}")
            self._asked = replace(self._asked, resolution=served)
        return self._messages

    @property
    def messages(self) -> list[dict[str, Any]]:
        if self._messages is None:
            raise UsageError(
                f"{self.resolution.prompt_id!r} was not rendered yet",
                expected="messages with their variables filled in",
                fix="Give the variables to start() or stamp(), or call render(**variables) first",
            )
        return self._messages

    @property
    def request(self) -> dict[str, Any]:
        """Model, messages and parameters, as OpenAI's chat completions take them."""
        found = self.artifact
        parameters = chat.parameters(found.decoding, found.tools, found.output)
        return {"model": found.model["model"], "messages": self.messages} | parameters

    @property
    def litellm(self) -> dict[str, Any]:
        """The same for LiteLLM, with the stamp in its metadata and tags."""
        model = self.artifact.model
        return self.request | {"model": f"{model['provider']}/{model['model']}", "metadata": self.metadata}

    @property
    def metadata(self) -> dict[str, Any]:
        """For LiteLLM, in process or as the `metadata` of a request to its proxy."""
        return {METADATA: self.stamp.attributes, "tags": self.stamp.tags}

    def open(self) -> None:
        """Begins its span, without making it current."""
        self._span = self._opened()

    def __enter__(self) -> Self:
        self.open()
        if self._span is not None:
            with suppress(Exception):
                self._span.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._span is not None:
            with suppress(Exception):
                self._span.leave()

    def _opened(self) -> Span | None:
        return self._recorder.carry(self.stamp)
