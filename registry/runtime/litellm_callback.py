"""A LiteLLM callback: calls made with LiteLLM, in process or by its proxy, leave the same record as `client.call`.

In process:

    litellm.callbacks = [PromptshipLogger()]
    with client.stamp("order-extract", {"message": text}, unit=session_id) as stamped:
        litellm.completion(**stamped.litellm)

In the proxy's configuration: `litellm_settings: {callbacks: promptship.runtime.litellm_callback.proxy_handler}`. The
stamp comes in the metadata or the tags of the request; a request without one is not ours. Keys are in no record: of
what LiteLLM hands over only the answer, the times and the error are read, and the error is scrubbed.

Attempts are counted where they begin: a proxy tells of the first failure of a request and, when it gives up, of the
request, but of no failure between.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..roots import Roots
from .drivers.failure import scrub
from .extras import missing
from .outside import Outside, Took
from .replies import as_reply
from .stamp import Stamp
from .stamped import METADATA

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError as error:
    raise missing("litellm", "hosted") from error

Kwargs = Mapping[str, Any]
REMEMBERED = 10_000


@dataclass
class _Call:
    """One `litellm_call_id`; a proxy keeps it through retries and fallbacks. `told` of its `made` attempts failed."""

    began: float
    last: float
    made: int = 0
    told: int = 0


class PromptshipLogger(CustomLogger):  # type: ignore[misc, unused-ignore]
    """Of the roots that are found when none are given. Never raises into LiteLLM."""

    def __init__(self, outside: Outside | None = None, *, roots: Roots | None = None) -> None:
        """Raises SettingsError when no root is found."""
        super().__init__()
        self.outside = outside or Outside.find(roots)
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    def log_pre_api_call(self, model: Any, messages: Any, kwargs: Any) -> None:
        with suppress(Exception):
            self._calling(kwargs)

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

    async def async_post_call_failure_hook(
        self, request_data: Any, original_exception: Any, user_api_key_dict: Any, traceback_str: Any = None
    ) -> None:
        """Of a proxy: no attempt follows."""
        with suppress(Exception):
            self._gave_up(request_data, original_exception)

    def _calling(self, kwargs: Kwargs) -> None:
        stamp = stamp_in(kwargs)
        if stamp is None:
            return
        now = time.time()
        call = self._calls.setdefault(_id(kwargs), _Call(now, now))
        call.last, call.made = now, call.made + 1
        self.outside.calling(stamp, _id(kwargs))
        if len(self._calls) > REMEMBERED:
            self._calls.popitem(last=False)

    def _answered(self, kwargs: Kwargs, response: Any, start: datetime, end: datetime) -> None:
        stamp = stamp_in(kwargs)
        if stamp is None:
            return
        call, took = self._calls.pop(_id(kwargs), None), Took(start.timestamp(), end.timestamp())
        reply = as_reply(response)
        first = kwargs.get("completion_start_time")
        if kwargs.get("stream") and isinstance(first, datetime):
            reply = replace(reply, first_token_s=(first - start).total_seconds())
        asked = str(kwargs.get("model") or "")
        provider = (kwargs.get("litellm_params") or {}).get("custom_llm_provider")
        names = (reply.model, asked, f"{provider}/{asked}")
        failures = max(call.made - call.told - 1, 0) if call else 0
        self.outside.answered(stamp, reply, took, names, kwargs.get("response_cost") or None, failures)
        self.outside.ended(stamp, _id(kwargs))

    def _failed(self, kwargs: Kwargs, start: datetime, end: datetime) -> None:
        """The next attempt may have begun before this one is told of."""
        stamp = stamp_in(kwargs)
        if stamp is None:
            return
        took = Took(start.timestamp(), end.timestamp())
        call = self._calls.setdefault(_id(kwargs), _Call(took.began, took.began, made=1))
        again = call.last > took.ended
        calls, call.told = call.made - again - call.told, call.made - again
        why = str(kwargs.get("exception") or "the call failed")
        self.outside.failed(stamp, _scrubbed(why, kwargs), took, calls)
        if not again:
            self.outside.ended(stamp, _id(kwargs))

    def _gave_up(self, request: Kwargs, error: Exception) -> None:
        stamp = stamp_in(request)
        if stamp is None:
            return
        now = time.time()
        call = self._calls.pop(_id(request), None) or _Call(now, now)
        took = Took(call.began, now)
        self.outside.failed(stamp, _scrubbed(str(error), request), took, call.made - call.told)
        self.outside.ended(stamp, _id(request))


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


def _id(kwargs: Kwargs) -> str:
    return str(kwargs.get("litellm_call_id"))


def _scrubbed(why: str, kwargs: Kwargs) -> str:
    for holder in (kwargs, kwargs.get("litellm_params") or {}, kwargs.get("optional_params") or {}):
        if key := holder.get("api_key"):
            why = why.replace(str(key), "***")
    return scrub(why, None)


def __getattr__(name: str) -> Any:
    """`proxy_handler` is made when the proxy asks for it: it reads PROMPTSHIP_HOME then."""
    if name == "proxy_handler":
        handler = PromptshipLogger()
        globals()[name] = handler
        return handler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
