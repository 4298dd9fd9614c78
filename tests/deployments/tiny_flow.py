"""The smallest flow that a worker can run."""

from __future__ import annotations

from prefect import flow


@flow(persist_result=False)
def tiny(number: int = 1) -> int:
    return number + 1
