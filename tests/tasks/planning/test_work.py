from __future__ import annotations

import pytest

from registry.models import Model
from tasks.ledger.rate import Rate
from tasks.planning.work import Call, Spend, per_call, spend

PRICE = {"input_per_million": 1.0, "cached_input_per_million": 0.1, "output_per_million": 2.0}


def model(name: str = "one-1", price: dict[str, float] | None = PRICE, limits: dict[str, int] | None = None) -> Model:
    reach = {"driver": "litellm", "key_variable": "KEY"}
    return Model.model_validate(
        {"provider": "test", "model": name, "reach": reach, "price": price, "limits": limits or {}}
    )


NEVER = Rate(0, None, None, None)
LIVE = Rate(200, 300.0, 50.0, 1.5)


@pytest.mark.parametrize(
    ("own", "like", "usd", "seconds", "measured"),
    [
        (Rate(10, 200.0, 100.0, 2.0), LIVE, 400e-6, 2.0, True),
        (Rate(9, 200.0, 100.0, 2.0), LIVE, 500e-6, 1.5, False),
        (NEVER, LIVE, 500e-6, 1.5, False),
        (NEVER, NEVER, 448e-6, None, False),
        (NEVER, None, 448e-6, None, False),
        (Rate(50, None, 100.0, 2.0), None, None, 2.0, True),
    ],
)
def test_a_call_is_measured_else_estimated(
    own: Rate, like: Rate | None, usd: float | None, seconds: float | None, measured: bool
) -> None:
    call = per_call(model(), own, like, prompt_tokens=400, most_output=24)
    assert (call.seconds, call.measured) == (seconds, measured)
    assert call.usd == (usd if usd is None else pytest.approx(usd))


def test_no_price_is_no_cost() -> None:
    assert per_call(model(price=None), LIVE, None, 400, 24).usd is None


def call(name: str, usd: float | None = 0.01, seconds: float | None = 6.0, **limits: int) -> Call:
    return Call(model(name, limits=limits), usd, seconds, True)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ([], Spend()),
        ([(call("a", concurrency=2), 40)], Spend(40, 0.4, 2.0)),
        ([(call("a", concurrency=2), 40), (call("a", concurrency=2), 20)], Spend(60, 0.6, 3.0)),
        ([(call("a", concurrency=2), 40), (call("b", concurrency=1), 30)], Spend(70, 0.7, 3.0)),
        ([(call("a", concurrency=2, requests_per_minute=10), 40)], Spend(40, 0.4, 4.0)),
        ([(call("a", concurrency=2), 40), (call("b", None), 1)], Spend(41, None, 2.0)),
        ([(call("a", seconds=None), 40)], Spend(40, 0.4, None)),
        ([(call("a", None, None), 0)], Spend()),
    ],
)
def test_what_calls_come_to(work: list[tuple[Call, int]], expected: Spend) -> None:
    found = spend(work)
    assert found.calls == expected.calls
    assert found.usd == (None if expected.usd is None else pytest.approx(expected.usd))
    assert found.minutes == (None if expected.minutes is None else pytest.approx(expected.minutes))


def test_unknown_stays_unknown_in_a_sum() -> None:
    assert Spend(1, 0.1, 2.0).plus(Spend(2, None, 3.0)) == Spend(3, None, 5.0)
