"""An OpenFeature provider: which version of a prompt a request gets, for applications that ask through OpenFeature.

    api.set_provider(PromptshipProvider(client))
    details = api.get_client().get_string_details("order-extract", "v1", EvaluationContext(targeting_key=session_id))
    details.value, details.variant                 # the version and the arm: "v3", "canary"

A flag is a prompt id or a use case, the targeting key is the unit. A string flag is the version; an object flag is the
version with its behavior, model and decoding. Tracking `thumbs_down` with the attribute `trace_id` gives feedback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ..behavior import short
from ..errors import NoRoute, PromptshipError
from .client import Client
from .extras import missing
from .resolution import Resolution

try:
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.exception import FlagNotFoundError, GeneralError, TypeMismatchError
    from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
    from openfeature.provider import AbstractProvider, Metadata
    from openfeature.track import TrackingEventDetails
except ImportError as error:
    raise missing("openfeature-sdk", "openfeature") from error

Values = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class PromptshipProvider(AbstractProvider):
    """Of a client, which stays the caller's to close."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    def get_metadata(self) -> Metadata:
        return Metadata("promptship")

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        found = self._resolve(flag_key, evaluation_context)
        return FlagResolutionDetails(found.version, None, None, _reason(found), found.arm, _metadata(found))

    def resolve_object_details(
        self, flag_key: str, default_value: Values, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Values]:
        found = self._resolve(flag_key, evaluation_context)
        return FlagResolutionDetails(_value(found), None, None, _reason(found), found.arm, _metadata(found))

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        _no(flag_key, "a boolean")

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        _no(flag_key, "an integer")

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        _no(flag_key, "a float")

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,
    ) -> None:
        """Feedback: the event's name is the metric, its value 1 when none is given. Raises UnknownMetric."""
        details = tracking_event_details or TrackingEventDetails()
        trace_id = details.attributes.get("trace_id")
        if isinstance(trace_id, str):
            value = 1.0 if details.value is None else float(details.value)
            self._client.feedback(trace_id, tracking_event_name, value)

    def _resolve(self, flag_key: str, context: EvaluationContext | None) -> Resolution:
        unit = context.targeting_key if context else None
        try:
            return self._client.resolve(flag_key, unit=unit)
        except NoRoute as error:
            return self._by_use_case(flag_key, unit, error)
        except (PromptshipError, OSError) as error:
            raise GeneralError(str(error)) from error

    def _by_use_case(self, flag_key: str, unit: str | None, error: NoRoute) -> Resolution:
        try:
            return self._client.resolve(use_case=flag_key, unit=unit)
        except NoRoute:
            raise FlagNotFoundError(str(error)) from error


def _reason(found: Resolution) -> Reason:
    if found.routes_age_s:
        return Reason.STALE
    return Reason.STATIC if found.release_id is None else Reason.SPLIT


def _metadata(found: Resolution) -> dict[str, bool | int | float | str]:
    known: dict[str, str | int | None] = {
        "behavior": short(found.behavior),
        "behavior_sha": found.behavior,
        "served": short(found.artifact.behavior),
        "generation": found.generation,
        "release": found.release_id,
        "problem": found.problem,
    }
    return {name: value for name, value in known.items() if value is not None}


def _value(found: Resolution) -> dict[str, Any]:
    served = found.artifact
    return {
        "prompt": found.prompt_id,
        "version": found.version,
        "behavior": short(found.behavior),
        "arm": found.arm,
        "generation": found.generation,
        "model": {name: value for name, value in served.model.items() if value is not None},
        "decoding": dict(served.components["decoding"]),
        "messages": [dict(message) for message in served.components["prompt"]["messages"]],
    }


def _no(flag_key: str, kind: str) -> NoReturn:
    raise TypeMismatchError(f"{flag_key!r} is a version, a string or an object, not {kind}")
