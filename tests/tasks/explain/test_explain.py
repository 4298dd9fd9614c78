from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.tasks.explain.made import Request, explained, parts, told

ONE = {"v1": {"model": "a", "prompt": "p"}}
TOKENS = ("prompt_tokens", "cached_tokens", "output_tokens")


def priced(longer: int = 0, dearer: float = 1.0, slower: int = 0, more: int = 1) -> Iterator[Request]:
    """One USD a million tokens in, five out; `more` requests of the intent with long answers in the second window."""
    for window in (0, 1):
        for unit in range(40):
            for stratum, extra in (("short", 0), ("long", 30)):
                tokens = 100 + unit % 7 + longer * window, 0, 20 + unit % 5 + extra + slower * window
                cost = (tokens[0] + 5 * tokens[2]) * 1e-6 * (dearer if window else 1.0)
                for _ in range(more if window and extra else 1):
                    yield Request(window, unit, cost, tokens, stratum=stratum)


@pytest.mark.parametrize(
    ("given", "factor", "effect"),
    [
        ({"longer": 60}, "prompt_tokens", 60e-6),
        ({"slower": 10}, "output_tokens", 50e-6),
        ({"dearer": 2.0}, "price", 287.875e-6),
        ({"more": 3}, "intent_mix", 37.5e-6),
    ],
)
def test_the_true_cause_of_a_cost_gets_all_of_it(given: dict[str, int], factor: str, effect: float) -> None:
    found = explained("cost", priced(**given), TOKENS, ONE)
    expected = {"intent_mix": 0.0, "prompt_tokens": 0.0, "output_tokens": 0.0, "price": 0.0, factor: effect}
    assert {name: value for (name,), value in parts(found).items()} == pytest.approx(expected, rel=1e-4, abs=1e-9)
    assert [name for name, word in told(found).items() if word == "moved"] == [(factor,)]


def test_causes_that_multiply_share_what_they_do_together() -> None:
    """Prompt 60 longer and prices doubled: 60 at the mean of both prices; 287.875 USD a million at the mean length."""
    found = parts(explained("cost", priced(longer=60, dearer=2.0), TOKENS, ONE))
    assert found["prompt_tokens",] == pytest.approx(90e-6, rel=1e-4)
    assert found["price",] == pytest.approx((287.875 + 30) * 1e-6, rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_add_up_to_the_last_digit(seed: int) -> None:
    random = np.random.default_rng(seed)
    requests = []
    for window in (0, 1):
        for unit in random.integers(0, 30, 90):
            drivers = tuple(random.normal(5, 2, 3))
            stratum = f"s{random.integers(3)}"
            requests.append(Request(window, int(unit), random.lognormal(), drivers, f"v{1 + window}", stratum))
    found = explained("latency", requests, ("a", "b", "c"), {"v1": {"model": "a"}, "v2": {"model": "b"}})
    assert sum(part.value for part in found.parts) == found.change == found.after - found.before


def slower(behaviors: tuple[str, str], *, fan_out: int, jump: float, noise: float = 0.02) -> list[Request]:
    """A tenth of a second a query; `jump` seconds more in the second window for another reason."""
    random = np.random.default_rng(3)
    requests = []
    for window in (0, 1):
        for unit in range(80):
            queries = float(random.integers(2, 6) + fan_out * window)
            seconds = 0.5 + 0.1 * queries + jump * window + float(random.normal(0, noise))
            requests.append(Request(window, unit, seconds, (queries,), behaviors[window]))
    return requests


def test_fan_out_is_told_from_a_model_that_changed_with_it() -> None:
    behaviors = {"v1": {"model": "a"}, "v2": {"model": "b"}}
    found = explained("latency", slower(("v1", "v2"), fan_out=4, jump=0.3), ("fan_out",), behaviors)
    assert parts(found)["fan_out",] == pytest.approx(0.4, abs=0.03)
    assert parts(found)["model", "unrecorded"] == pytest.approx(0.3, abs=0.03)
    assert set(told(found).values()) == {"not shown", "moved"}
    for part in found.parts:
        assert part.low is not None
        assert part.high is not None
        assert part.low <= part.value <= part.high


def test_components_that_changed_at_once_cannot_be_told_apart() -> None:
    behaviors = {"v1": {"model": "a", "tools": "t"}, "v2": {"model": "b", "tools": "u"}}
    found = explained("latency", slower(("v1", "v2"), fan_out=0, jump=0.3), ("fan_out",), behaviors)
    assert parts(found)["model", "tools", "unrecorded"] == pytest.approx(0.3, abs=0.03)
    assert told(found)["model", "tools", "unrecorded"] == "cannot tell"


def test_components_that_changed_one_after_the_other_can() -> None:
    """v2 has another prompt, v3 that prompt and another model, and only the model hurts."""
    random = np.random.default_rng(4)
    behaviors = {
        "v1": {"model": "a", "prompt": "p"},
        "v2": {"model": "a", "prompt": "q"},
        "v3": {"model": "b", "prompt": "q"},
    }
    requests = [
        Request(window, unit, 0.9 - 0.4 * (name == "v3") + float(random.normal(0, 0.02)), (3.0,), name)
        for window, names in ((0, ("v1", "v1")), (1, ("v2", "v3")))
        for name in names
        for unit in range(60)
    ]  # fmt: skip
    found = explained("quality", requests, ("fan_out",), behaviors)
    assert parts(found)["model",] == pytest.approx(-0.2, abs=0.02)
    assert told(found)["model",] == "moved"
    assert parts(found)["prompt", "unrecorded"] == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(
    ("behaviors", "part", "word"),
    [
        ({"v1": {"model": "a"}, "v2": None}, ("unknown_behavior", "unrecorded"), "cannot tell"),
        ({"v1": None, "v2": {"model": "a"}}, ("unknown_behavior", "unrecorded"), "cannot tell"),
        ({"v1": {"model": "a"}, "v2": {"model": "a"}}, ("unrecorded",), "moved"),
    ],
)
def test_what_nobody_recorded_is_named(
    behaviors: dict[str, dict[str, str] | None], part: tuple[str, ...], word: str
) -> None:
    found = explained("latency", slower(("v1", "v2"), fan_out=0, jump=0.3), ("fan_out",), behaviors)
    assert told(found)[part] == word


@pytest.mark.parametrize(
    ("changed", "part", "word"),
    [
        ("retrieval", ("fan_out", "retrieval", "unrecorded"), "moved"),
        ("prompt", ("fan_out", "prompt", "unrecorded"), "cannot tell"),
    ],
)
def test_a_driver_that_did_not_vary_is_one_with_what_changed_beside_it(
    changed: str, part: tuple[str, ...], word: str
) -> None:
    behaviors = {"v1": {changed: "a"}, "v2": {changed: "b"}}
    requests = [
        Request(w, u, 1 + 0.4 * w + u % 3 / 100, (4.0 + 4 * w,), f"v{1 + w}") for w in (0, 1) for u in range(20)
    ]
    assert told(explained("latency", requests, ("fan_out",), behaviors))[part] == word


def test_equal_prompts_do_not_say_what_a_token_costs() -> None:
    requests = [Request(w, u, 2e-4 + 6e-5 * w, (100 + 60 * w, 0, 20)) for w in (0, 1) for u in range(20)]
    found = explained("cost", requests, TOKENS, ONE)
    assert told(found)["prompt_tokens", "output_tokens", "price"] == "cannot tell"


def test_an_effect_is_not_carried_far_beyond_where_it_was_seen() -> None:
    """Lengths differ by a few tokens within a window and by a thousand between the windows."""
    behaviors = {"v1": {"prompt": "a"}, "v2": {"prompt": "b"}}
    random = np.random.default_rng(5)
    requests = [
        Request(w, u, 1 + w + float(random.normal(0, 0.1)), (100.0 + u % 5 + 1000 * w,), f"v{1 + w}")
        for w in (0, 1)
        for u in range(60)
    ]
    found = explained("latency", requests, ("prompt_tokens",), behaviors)
    assert told(found)["prompt_tokens", "prompt", "unrecorded"] == "moved"


def test_an_intent_that_came_is_mix() -> None:
    old = [Request(w, u, 1.0 + u % 2, (3.0,), stratum="old") for w in (0, 1) for u in range(20)]
    new = [Request(1, u, 5.5, (3.0,), stratum="new") for u in range(20)]
    found = explained("latency", old + new, ("fan_out",), ONE)
    assert parts(found) == {("intent_mix",): 2.0, ("unrecorded",): 0.0}


def test_few_units_have_no_interval() -> None:
    requests = [Request(w, u, 1.0 + w, (3.0,)) for w in (0, 1) for u in range(9)]
    found = explained("latency", requests, ("fan_out",), ONE)
    assert (found.low, found.moved, told(found)["unrecorded",]) == (None, False, "not shown")


def test_requests_of_one_unit_are_no_more_evidence_than_the_unit() -> None:
    """Ten units that differ, once with one request each and once with a hundred: the same interval."""
    few, many = (
        explained(
            "latency", [Request(w, u, u + 2.0 * w, (3.0,)) for w in (0, 1) for u in range(10)] * times, ("a",), ONE
        )
        for times in (1, 100)
    )
    assert (few.low, few.high) == (many.low, many.high)
