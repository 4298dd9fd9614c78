"""Everything a person can cause ends in one of these.

    PromptshipError              PS-E000  exit 3
    ├── RegistryError            PS-E100
    │   ├── InvalidFile          PS-E101  a file people write cannot be read or breaks its schema
    │   ├── UnknownPrompt        PS-E102
    │   ├── UnknownVersion       PS-E103
    │   ├── AliasRefused         PS-E104  `latest` or `id@environment` used from code
    │   ├── LockMismatch         PS-E105  a released file changed, or is not locked
    │   ├── UnknownModel         PS-E106
    │   ├── UnknownPolicy        PS-E107
    │   ├── UnknownEnvironment   PS-E108
    │   └── UnknownMetric        PS-E109
    ├── RenderError              PS-E200  a variable is missing, unknown or of the wrong type; a template misbehaves
    ├── RoutingError             PS-E300
    │   ├── GenerationTaken      PS-E301  compare-and-swap lost: somebody else wrote first
    │   ├── AttemptClosed        PS-E302  a canary of a withdrawn attempt must not be set again
    │   ├── NoRoute              PS-E303
    │   └── ArtifactCorrupt      PS-E304
    ├── ModelError               PS-E400
    │   ├── ModelUnavailable     PS-E401  transient: retried
    │   ├── ModelRejected        PS-E402  the request itself is refused: not retried
    │   └── BudgetSpent          PS-E403  the calls or the money set aside are used up; running again goes on
    ├── EvalSetError             PS-E500
    ├── LedgerError              PS-E600
    │   ├── LedgerLocked         PS-E601  retried by the stage task
    │   ├── LedgerTooNew         PS-E602
    │   └── LedgerUnwritable     PS-E603  the disk is full or out of reach: retried by the stage task
    ├── ReleaseError             PS-E700
    │   ├── ReleaseOpen          PS-E701  another attempt for this prompt is open
    │   ├── UnknownRelease       PS-E702
    │   └── ClaimTaken           PS-E703
    ├── SettingsError            PS-E800
    ├── AccessDenied             PS-E900  this account, or this process, may not publish to an environment
    └── UsageError               PS-U001  exit 64

A message says what was found, what was expected and what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from .problem import Problem


class PromptshipError(Exception):
    """Base of all errors that are shown to a person without a traceback."""

    code: ClassVar[str] = "PS-E000"
    exit_code: ClassVar[int] = 3

    def __init__(self, found: str, *, expected: str, fix: str) -> None:
        """`found`, `expected` and `fix` are sentences without a full stop; a `found` of many lines is a list."""
        self.found = found
        self.expected = expected
        self.fix = fix
        end = "\n" if "\n" in found else ". "
        super().__init__(f"{found}{end}Expected: {expected}. {fix}.")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.found, self.expected, self.fix), self.__dict__


def _rebuild(kind: type[PromptshipError], found: str, expected: str, fix: str) -> PromptshipError:
    return kind(found, expected=expected, fix=fix)


class RegistryError(PromptshipError):
    code = "PS-E100"


class InvalidFile(RegistryError):
    """`problems` holds each place of `file` that is wrong, in the order of the file."""

    code = "PS-E101"
    problems: tuple[Problem, ...] = ()
    file: Path | None = None


class UnknownPrompt(RegistryError):
    code = "PS-E102"


class UnknownVersion(RegistryError):
    code = "PS-E103"


class AliasRefused(RegistryError):
    code = "PS-E104"


class LockMismatch(RegistryError):
    code = "PS-E105"


class UnknownModel(RegistryError):
    code = "PS-E106"


class UnknownPolicy(RegistryError):
    code = "PS-E107"


class UnknownEnvironment(RegistryError):
    code = "PS-E108"


class UnknownMetric(RegistryError):
    code = "PS-E109"


class RenderError(PromptshipError):
    code = "PS-E200"


class RoutingError(PromptshipError):
    code = "PS-E300"


class GenerationTaken(RoutingError):
    code = "PS-E301"


class AttemptClosed(RoutingError):
    code = "PS-E302"


class NoRoute(RoutingError):
    code = "PS-E303"


class ArtifactCorrupt(RoutingError):
    code = "PS-E304"


class ModelError(PromptshipError):
    code = "PS-E400"


class ModelUnavailable(ModelError):
    """Transient. `retry_after_s` is the provider's wish, None when it said nothing."""

    code = "PS-E401"
    retry_after_s: float | None = None


class ModelRejected(ModelError):
    code = "PS-E402"


class BudgetSpent(ModelError):
    """No call was made. What is finished stays finished; running again with a new budget goes on from there."""

    code = "PS-E403"


class EvalSetError(PromptshipError):
    code = "PS-E500"


class LedgerError(PromptshipError):
    code = "PS-E600"


class LedgerLocked(LedgerError):
    code = "PS-E601"


class LedgerTooNew(LedgerError):
    code = "PS-E602"


class LedgerUnwritable(LedgerError):
    code = "PS-E603"


class ReleaseError(PromptshipError):
    code = "PS-E700"


class ReleaseOpen(ReleaseError):
    code = "PS-E701"


class UnknownRelease(ReleaseError):
    code = "PS-E702"


class ClaimTaken(ReleaseError):
    code = "PS-E703"


class SettingsError(PromptshipError):
    code = "PS-E800"


class AccessDenied(PromptshipError):
    """Nothing was written. No RoutingError: the routes are as they should be, somebody else may change them."""

    code = "PS-E900"


class UsageError(PromptshipError):
    code = "PS-U001"
    exit_code = 64
