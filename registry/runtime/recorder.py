"""Where records go: the spool, and telemetry beside it. Nothing here stops a request that is being served."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from ..errors import PromptshipError
from ..models import Price
from .artifact_file import Artifact
from .outcome import Outcome
from .output import OutputCheck
from .payload import without_payload
from .record import Asked, assignment_line, checked, trace_line
from .spool import Spool
from .stamp import Stamp

REMEMBERED_UNITS = 100_000
VARIABLE, OFF = "PROMPTSHIP_PAYLOAD", "off"


class Span(Protocol):
    """One request as telemetry sees it. `enter` and `leave` make it current for what is called in between."""

    def enter(self) -> None: ...

    def leave(self) -> None: ...

    def end(self, stamp: Stamp, line: Mapping[str, Any], outcome: Outcome) -> None:
        """Once. `line` is the record as it was written."""


class Telemetry(Protocol):
    """`begin` opens a span for a request that this client records; `carry` only sends the stamp along."""

    def begin(self, stamp: Stamp, model: Mapping[str, str | None]) -> Span: ...

    def carry(self, stamp: Stamp) -> Span: ...


class Written(NamedTuple):
    check: OutputCheck
    line: dict[str, Any]


class Recorder:
    """One a client. `price_of` an environment and a model's identity may raise PromptshipError or OSError: the price is
    unknown then."""

    def __init__(
        self,
        spool: Spool,
        price_of: Callable[[str, dict[str, str | None]], Price | None],
        telemetry: Telemetry | None = None,
        payload: bool | None = None,
    ) -> None:
        """Without `payload` no record says what was asked and answered; None: as PROMPTSHIP_PAYLOAD says."""
        self._spool = spool
        self._price_of = price_of
        self._telemetry = telemetry
        self._payload = os.environ.get(VARIABLE) != OFF if payload is None else payload
        self._seen: OrderedDict[tuple[str | None, str], None] = OrderedDict()

    def price(self, environment: str, identity: dict[str, str | None]) -> Price | None:
        with suppress(PromptshipError, OSError):
            return self._price_of(environment, identity)
        return None

    def begin(self, stamp: Stamp, artifact: Artifact) -> Span | None:
        """None without telemetry, and when it fails."""
        if self._telemetry is not None:
            with suppress(Exception):
                return self._telemetry.begin(stamp, artifact.model)
        return None

    def carry(self, stamp: Stamp) -> Span | None:
        if self._telemetry is not None:
            with suppress(Exception):
                return self._telemetry.carry(stamp)
        return None

    def assign(self, asked: Asked) -> None:
        """Once a unit and release in this process; the ledger keeps the first of all processes."""
        line = assignment_line(asked)
        if line is None:
            return
        key = (asked.resolution.release_id, line["unit"])
        if key in self._seen:
            return
        if self._spool.log(line):
            self._seen[key] = None
        if len(self._seen) > REMEMBERED_UNITS:
            self._seen.popitem(last=False)

    def write(
        self,
        stamp: Stamp,
        artifact: Artifact | None,
        outcome: Outcome,
        variables: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
        span: Span | None = None,
    ) -> Written:
        """What cannot be written is counted as dropped: an application may note values of any kind."""
        check = checked(artifact, outcome)
        try:
            line = trace_line(stamp, artifact, outcome, check, variables, metrics)
        except Exception:  # noqa: BLE001  the answer is more than its record
            self._spool.drop()
            return Written(check, {})
        line = line if self._payload else without_payload(line)
        self._spool.log(line)
        if span is not None:
            with suppress(Exception):
                span.end(stamp, line, outcome)
        return Written(check, line)
