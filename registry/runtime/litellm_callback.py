"""A LiteLLM callback: calls made with LiteLLM, in process or by its proxy, leave the same record as `client.call`.

In process:

    litellm.callbacks = [PromptshipLogger()]
    with client.stamp("order-extract", {"message": text}, unit=session_id) as stamped:
        litellm.completion(**stamped.litellm)

In the proxy's configuration: `litellm_settings: {callbacks: promptship.runtime.litellm_callback.proxy_handler}`. The
stamp comes in the metadata or the tags of the request; a request without one is not ours. Keys are in no record: of
what LiteLLM hands over only the answer, the times and the error are read, and the error is scrubbed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..roots import Roots
from .drivers.failure import scrub
from .extras import missing
from .outside import Outside
from .replies import as_reply
from .stamp import Stamp
from .stamped import METADATA

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError as error:
    raise missing("litellm", "hosted") from error

Kwargs = Mapping[str, Any]


class PromptshipLogger(CustomLogger):  # type: ignore[misc, unused-ignore]
    """Of the roots that are found when none are given. Never raises into LiteLLM."""

    def __init__(self, outside: Outside | None = None, *, roots: Roots | None = None) -> None:
        """Raises SettingsError when no root is found."""
        super().__init__()
        self.outside = outside or Outside.find(roots)

    def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        with suppress(Exception):
            self._answered(kwargs, response_obj, start_time, end_time)

    def log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        with suppress(Exception):
            self._failed(kwargs, start_time, end_time)

    async def async_log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        self.log_success_event(kwargs, response_obj, start_time, end_time)

    async def async_log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        self.log_failure_event(kwargs, response_obj, start_time, end_time)

    def _answered(self, kwargs: Kwargs, response: Any, start: datetime, end: datetime) -> None:
        stamp = stamp_in(kwargs)
        if stamp is None:
            return
        reply = as_reply(response)
        first = kwargs.get("completion_start_time")
        if kwargs.get("stream") and isinstance(first, datetime):
            reply = replace(reply, first_token_s=(first - start).total_seconds())
        asked = str(kwargs.get("model") or "")
        provider = (kwargs.get("litellm_params") or {}).get("custom_llm_provider")
        names = (reply.model, asked, f"{provider}/{asked}")
        self.outside.answered(stamp, reply, (end - start).total_seconds(), names, kwargs.get("response_cost") or None)

    def _failed(self, kwargs: Kwargs, start: datetime, end: datetime) -> None:
        stamp = stamp_in(kwargs)
        if stamp is None:
            return
        why = str(kwargs.get("exception") or "the call failed")
        for key in _keys(kwargs):
            why = why.replace(key, "***")
        self.outside.failed(stamp, scrub(why, None), (end - start).total_seconds())


def stamp_in(kwargs: Kwargs) -> Stamp | None:
    """From the metadata of the request, else from its tags; a proxy keeps what its client sent under other names."""
    for metadata in _metadata(kwargs):
        given = metadata.get(METADATA)
        found = Stamp.read(given) if isinstance(given, Mapping) else None
        tags = metadata.get("tags")
        found = found or (Stamp.of_tags(tags) if isinstance(tags, list) else None)
        if found is not None:
            return found
    return Stamp.of_tags((kwargs.get("standard_logging_object") or {}).get("request_tags") or ())


def _metadata(kwargs: Kwargs) -> Iterator[Mapping[str, Any]]:
    given = kwargs.get("litellm_params") or {}
    for holder in (given, kwargs):
        for name in ("metadata", "litellm_metadata"):
            metadata = holder.get(name)
            if isinstance(metadata, Mapping):
                yield metadata
                inner = metadata.get("requester_metadata")
                if isinstance(inner, Mapping):
                    yield inner


def _keys(kwargs: Kwargs) -> list[str]:
    holders = (kwargs, kwargs.get("litellm_params") or {}, kwargs.get("optional_params") or {})
    return [str(key) for holder in holders if (key := holder.get("api_key"))]


def __getattr__(name: str) -> Any:
    """`proxy_handler` is made when the proxy asks for it: it reads PROMPTSHIP_HOME then."""
    if name == "proxy_handler":
        handler = PromptshipLogger()
        globals()[name] = handler
        return handler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
