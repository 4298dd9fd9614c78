"""Nothing that is only shown holds a canary up."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.prefect


def test_a_server_that_is_away_is_asked_once_and_loses_it() -> None:
    from prefect.logging import disable_run_logger
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES

    from tasks.reaching import unless_away_now

    usual = PREFECT_CLIENT_MAX_RETRIES.value()
    seen: list[int] = []

    def show() -> None:
        seen.append(PREFECT_CLIENT_MAX_RETRIES.value())
        raise httpx.ConnectError("nobody there")

    with disable_run_logger(), unless_away_now("progress"):
        show()
    assert seen == [0]
    assert usual == PREFECT_CLIENT_MAX_RETRIES.value() > 0
