from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registry.errors import ClaimTaken
from tasks.ledger import claim
from tasks.ledger.claim import Claim
from tasks.ledger.store import Store

KEY = "watch:production/p"
TTL = timedelta(seconds=60)


def take(store: Store, owner: str, now: datetime, alive: bool = True) -> Claim:
    return store.tx(lambda tx: claim.take(tx, KEY, owner, now, TTL, lambda _: alive))


@pytest.mark.parametrize(
    ("owner", "seconds", "alive", "epoch"),
    [("b", 10, True, None), ("b", 10, False, 2), ("b", 60, True, 2), ("a", 10, True, 2), ("a", 90, False, 2)],
)
def test_who_gets_a_claim_that_a_took(
    store: Store, start: datetime, owner: str, seconds: int, alive: bool, epoch: int | None
) -> None:
    assert take(store, "a", start) == Claim(KEY, "a", 1, start + TTL)
    now = start + timedelta(seconds=seconds)
    if epoch is None:
        with pytest.raises(ClaimTaken, match="held by a until"):
            take(store, owner, now, alive)
    else:
        assert take(store, owner, now, alive) == Claim(KEY, owner, epoch, now + TTL)


def test_a_stale_epoch_can_do_nothing(store: Store, start: datetime) -> None:
    old = take(store, "a", start)
    new = take(store, "b", start, alive=False)
    with pytest.raises(ClaimTaken):
        store.tx(lambda tx: claim.renew(tx, old, start, TTL))
    with pytest.raises(ClaimTaken):
        claim.check(store, old)
    store.tx(lambda tx: claim.release(tx, old, start))
    assert claim.get(store, KEY) == new


def test_renewed_and_released(store: Store, start: datetime) -> None:
    first = take(store, "a", start)
    later = start + timedelta(seconds=200)
    renewed = store.tx(lambda tx: claim.renew(tx, first, later, TTL))
    assert (renewed.epoch, renewed.expires_at) == (1, later + TTL)
    store.tx(lambda tx: claim.release(tx, renewed, later))
    assert take(store, "b", later).epoch == 2


def test_a_claim_that_nobody_ever_took(store: Store, start: datetime) -> None:
    with pytest.raises(ClaimTaken):
        claim.check(store, Claim(KEY, "a", 1, start))
    assert claim.get(store, KEY) is None
