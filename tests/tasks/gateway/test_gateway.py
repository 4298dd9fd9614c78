from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from registry.artifact import Decoding
from registry.errors import BudgetSpent, ModelRejected, ModelUnavailable
from registry.models import Limits, Model, Price
from registry.runtime.drivers import Reply, Request
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway
from tests import scripted

PRICE = Price(input_per_million=1_000_000, output_per_million=2_000_000)


def call(text: str = "hi there", *, model: Model | None = None, test_id: str | None = "t1", number: int = 1) -> Call:
    request = Request(
        model or scripted.model(),
        [{"role": "user", "content": text}],
        Decoding(temperature=0, max_output_tokens=8),
        behavior="b" * 64,
    )
    return Call(request, "c1", number, "candidate", test_id)


def ask(gateway: Gateway, *calls: Call) -> list[Outcome]:
    async def together() -> list[Outcome]:
        return list(await asyncio.gather(*(gateway.complete(one) for one in calls)))

    return asyncio.run(together())


def unavailable(retry_after_s: float | None = None) -> ModelUnavailable:
    error = ModelUnavailable("down", expected="an answer", fix="Wait")
    error.retry_after_s = retry_after_s
    return error


class Clock:
    """Sleeps without waiting, and remembers how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def failing(*errors: Exception) -> scripted.Say:
    left = list(errors)

    def say(_: list[dict[str, str]]) -> str:
        if left:
            raise left.pop(0)
        return "fine now"

    return say


def test_a_reply_has_its_price_and_counts() -> None:
    with scripted.installed(lambda _: "one two three"):
        gateway = Gateway()
        (outcome,) = ask(gateway, call(model=scripted.model(price=PRICE)))
    assert outcome.reply is not None
    assert outcome.reply.text == "one two three"
    assert (outcome.attempts, outcome.from_cache, outcome.cost_usd) == (1, False, 2 + 6)
    assert (gateway.budget.calls, gateway.budget.usd, gateway.budget.unpriced) == (1, 8, 0)


def test_an_unknown_price_stays_unknown() -> None:
    with scripted.installed(lambda _: "x"):
        gateway = Gateway()
        assert ask(gateway, call())[0].cost_usd is None
    assert (gateway.budget.usd, gateway.budget.unpriced) == (0, 1)


def test_a_transient_failure_is_asked_again() -> None:
    sleep = Clock()
    with scripted.installed(failing(unavailable(), unavailable(7.0))) as driver:
        (outcome,) = ask(Gateway(sleep=sleep, chance=Random(1)), call())
    assert outcome.reply is not None
    assert (outcome.attempts, len(driver.requests)) == (3, 3)
    assert 0 <= sleep.slept[0] <= 1
    assert 7 <= sleep.slept[1] <= 8


def test_it_gives_up_and_keeps_nothing(tmp_path: Path) -> None:
    with scripted.installed(failing(*[unavailable() for _ in range(4)])) as driver:
        gateway = Gateway(cache=Cache(tmp_path), sleep=Clock())
        (first,) = ask(gateway, call())
        (again,) = ask(gateway, call())
    assert isinstance(first.error, ModelUnavailable)
    assert (first.reply, first.attempts, first.cost_usd) == (None, 4, None)
    assert (again.reply is not None, len(driver.requests)) == (True, 5)


@pytest.mark.parametrize(
    "error", [ModelRejected("no", expected="a", fix="b"), unavailable(3600.0)], ids=["rejected", "asks for an hour"]
)
def test_what_will_not_pass_is_asked_once(error: Exception) -> None:
    with scripted.installed(failing(error)) as driver:
        (outcome,) = ask(Gateway(sleep=Clock()), call())
    assert (outcome.error, outcome.attempts, len(driver.requests)) == (error, 1, 1)


def test_a_mistake_in_a_driver_is_not_hidden() -> None:
    with scripted.installed(failing(KeyError("bug"))), pytest.raises(KeyError):
        ask(Gateway(), call())


def test_the_cache_answers_the_same_call_only(tmp_path: Path) -> None:
    gateway = Gateway(cache=Cache(tmp_path))
    model = scripted.model(price=PRICE)
    with scripted.installed(lambda _: "x") as driver:
        first, second = ask(gateway, call(model=model)), ask(gateway, call(model=model))
        ask(gateway, call(model=model, number=2))
        ask(gateway, call(model=model, test_id="t2"))
        ask(gateway, replace(call(model=model), arm="live"))
        ask(gateway, replace(call(model=model), case_id="c2"))
        ask(gateway, call("other", model=model))
    assert len(driver.requests) == 6
    assert second[0] == replace(first[0], attempts=0, from_cache=True)
    assert gateway.budget.calls == 6


def test_without_a_test_nothing_is_kept(tmp_path: Path) -> None:
    with scripted.installed(lambda _: "x") as driver:
        for _ in range(2):
            ask(Gateway(cache=Cache(tmp_path)), call(test_id=None))
    assert len(driver.requests) == 2
    assert not list(tmp_path.rglob("*.json"))


def test_the_budget_of_calls_is_exact_and_counts_attempts() -> None:
    with scripted.installed(failing(unavailable())) as driver:
        gateway = Gateway(Budget(max_calls=3), sleep=Clock())
        ask(gateway, call(), call(number=2))
        with pytest.raises(BudgetSpent, match="all 3 calls are made"):
            ask(gateway, call(number=3))
    assert len(driver.requests) == 3


def test_the_budget_of_money_stops_before_the_next_call(tmp_path: Path) -> None:
    model = scripted.model(price=PRICE)
    with scripted.installed(lambda _: "x") as driver:
        gateway = Gateway(Budget(max_usd=7.0), Cache(tmp_path))
        ask(gateway, call(model=model))
        ask(gateway, call(model=model, number=2))
        with pytest.raises(BudgetSpent, match=r"8\.0000 of 7\.0000 USD"):
            ask(gateway, call(model=model, number=3))
        assert ask(gateway, call(model=model))[0].from_cache
    assert len(driver.requests) == 2


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (3, 3), (None, 8)])
def test_at_most_so_many_at_once(limit: int | None, most: int) -> None:
    model = scripted.model(limits=Limits(concurrency=limit))
    with scripted.installed(lambda _: "x", pause_s=0.001) as driver:
        ask(Gateway(), *(call(model=model, number=number) for number in range(20)))
    assert driver.most_at_once == most


def test_parts_share_the_budget_and_the_width_of_a_model() -> None:
    narrow = scripted.model(price=PRICE, limits=Limits(concurrency=2))
    whole = Gateway(Budget(max_calls=4))
    first, second = whole.part(), whole.part()

    async def together() -> list[Outcome | BaseException]:
        asked = [part.complete(call(str(number), model=narrow)) for part in (first, second) for number in range(3)]
        return await asyncio.gather(*asked, return_exceptions=True)

    with scripted.installed(lambda _: "yes indeed") as driver:
        outcomes = asyncio.run(together())
        assert driver.most_at_once == 2
    assert [type(outcome) for outcome in outcomes] == [Outcome] * 4 + [BudgetSpent] * 2
    assert (whole.budget.calls, first.budget.calls, second.budget.calls) == (4, 3, 1)
    assert (whole.budget.usd, first.budget.usd, second.budget.usd) == (20.0, 15.0, 5.0)


def test_a_part_that_is_begun_later_has_what_is_left() -> None:
    whole = Budget(max_calls=4, max_usd=2.0, calls=3, usd=0.5)
    assert whole.part().left == (1, 1.5)
    part = Budget().part()
    part.add(Budget(calls=2, usd=0.25, unpriced=1))
    assert part.whole is not None
    assert (part.whole.calls, part.whole.usd, part.whole.unpriced) == (2, 0.25, 1)


def test_a_gateway_lives_on_in_the_next_loop() -> None:
    gateway = Gateway()
    model = scripted.model(limits=Limits(concurrency=1))
    with scripted.installed(lambda _: "x", pause_s=0.001) as driver:
        for _ in range(2):
            ask(gateway, *(call(model=model, number=number) for number in range(3)))
    assert len(driver.requests) == 6


def test_starts_are_spread_over_the_minute() -> None:
    sleep = Clock()
    model = scripted.model(limits=Limits(requests_per_minute=60))
    with scripted.installed(lambda _: "x"):
        ask(Gateway(sleep=sleep), *(call(model=model, number=number) for number in range(4)))
    assert sleep.slept == pytest.approx([1, 2, 3], abs=0.5)


def test_a_whole_reply_survives_the_cache(tmp_path: Path) -> None:
    reply = Reply("é\ud83d", ({"name": "f", "arguments": {"a": 1}},), "stop", None, 3, None, 4, "m", "fp", 0.25, None)
    cache = Cache(tmp_path)
    cache.put("ab12", reply)
    assert cache.get("ab12") == reply
    assert (tmp_path / "ab" / "ab12.json").is_file()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda _: b"",
        lambda _: b"[1, 2]",
        lambda _: b"\xff\xfe",
        lambda content: content.replace(b"hello", b"hallo"),
        lambda content: content.replace(b'"format": 1', b'"format": 2'),
        lambda content: content.replace(b"ab12", b"cd34"),
    ],
    ids=["cut", "empty", "list", "no text", "changed", "format", "key"],
)
def test_a_damaged_entry_is_none(tmp_path: Path, damage: object) -> None:
    cache = Cache(tmp_path)
    cache.put("ab12", Reply("hello"))
    path = tmp_path / "ab" / "ab12.json"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert cache.get("ab12") is None
    cache.put("ab12", Reply("hello"))
    assert cache.get("ab12") == Reply("hello")
