"""Hold the claim on a prompt in an environment for as long as a release of it is walked."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tasks.ledger.claim import Claim
from tasks.release.claiming import hold
from tasks.release.orders import ReleaseOrder
from tasks.telling import workspace


def held(order: ReleaseOrder) -> AbstractContextManager[Claim]:
    """Raises ClaimTaken when another process walks a release of this prompt; the value is the claim."""
    return hold(workspace(), f"release:{order.environment}/{order.prompt}")
