"""The workspace for a bad day: routes first, and a ledger that cannot be had is written later.

Import it after `defer("duckdb")`: then DuckDB is loaded when the routes are changed already.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from registry.errors import LedgerLocked, PromptshipError
from registry.roots import Roots
from tasks.ledger.store import Store, Transaction

from .workspace import Workspace

T = TypeVar("T")
LEDGER_WAIT_S = 1.0


class Later(Store):
    """A ledger that holds up no change of routes: what cannot be written now waits in the outbox.

    `problem` says why, None when the last attempt succeeded.
    """

    problem: str | None = None

    def tx(self, fn: Callable[[Transaction], T]) -> T:
        try:
            result = super().tx(fn)
        except LedgerLocked as error:
            self.problem = self.problem or error.found
            raise
        except Exception as error:
            self.problem = self.problem or _cause(error)
            raise LedgerLocked(
                f"The ledger could not be written: {self.problem}",
                expected="a ledger that can be written",
                fix="See `promptship doctor`; what is missing in it waits in the outbox",
            ) from error
        self.problem = None
        return result


def _cause(error: BaseException) -> str:
    """What was wrong at first; an error that was met while handling it says less."""
    while not isinstance(error, PromptshipError) and error.__context__ is not None:
        error = error.__context__
    return error.found if isinstance(error, PromptshipError) else str(error) or type(error).__name__


class Operator(Workspace):
    """A workspace whose ledger is opened when it is written, and waited for no longer than a second."""

    @cached_property
    def store(self) -> Later:
        return Later.of(self.roots, LEDGER_WAIT_S)

    def publish(self) -> None:
        """Renew the public changelog; with a ledger that cannot be read it is renewed with the next change."""
        if self.store.problem is None:
            try:
                self.store.publish(self.roots.public)
            except LedgerLocked:
                return


def operator(by: str | None) -> Operator:
    """The workspace of a person, by the name they give or by their account. Raises SettingsError."""
    return Operator(Roots.find(), by or getpass.getuser())
