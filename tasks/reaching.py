"""What is shown in Prefect is lost while its server is away: the ledger has it, and a release does not fail for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from httpx import HTTPError
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings


@contextmanager
def unless_away(what: str) -> Iterator[None]:
    """Around a call of the server that nothing depends on; `what` is named in the run's log when it fails."""
    try:
        yield
    except (HTTPError, PrefectException, OSError) as error:
        get_run_logger().warning("%s could not be written: %s", what, error)


@contextmanager
def unless_away_now(what: str) -> Iterator[None]:
    """The same, asked once: Prefect's own retries take a minute, and a canary is looked at more often than that."""
    with unless_away(what), temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
        yield
