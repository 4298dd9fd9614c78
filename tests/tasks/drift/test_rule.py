from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tasks.drift.rule import CONFIRM_AFTER, NUMERICS_FLOOR, Draw, Look, Watch

NIGHT = datetime(2026, 11, 21, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def look(after: timedelta = timedelta(), z: float = 5.0, phi: float = 1.0, effect: float = 0.3) -> Look:
    return Look(NIGHT + after, z, phi, effect, 100)


def taken(*looks: Look, floor: float = 0.0) -> Watch:
    watch = Watch(floor)
    for one in looks:
        watch = watch.take(one)
    return watch


def test_a_quiet_look_leaves_nothing() -> None:
    watch = taken(look(z=2.9))
    assert watch == Watch()
    assert (watch.wants(), watch.not_before(), watch.first_seen, watch.effect) == (Draw.SCREEN, None, None, None)


def test_a_screen_asks_for_a_second_draw_an_hour_later() -> None:
    watch = taken(look())
    assert (watch.open, watch.confirmed, watch.wants()) == (True, False, Draw.CONFIRM)
    assert watch.not_before() == NIGHT + CONFIRM_AFTER
    with pytest.raises(ValueError, match="too early"):
        watch.take(look(timedelta(minutes=59)))


def test_two_keys_confirm_and_then_a_person_is_needed() -> None:
    watch = taken(look(effect=0.5), look(HOUR, z=8.3, effect=0.4))
    assert (watch.open, watch.confirmed, watch.pages, watch.wants()) == (False, True, True, None)
    assert (watch.first_seen, watch.effect) == (NIGHT, 0.4)
    with pytest.raises(ValueError, match="a person"):
        watch.take(look(DAY))


def test_a_second_draw_that_does_not_turn_clears_it() -> None:
    assert taken(look(), look(HOUR, z=2.0)) == Watch()


def test_the_key_is_z_over_phi() -> None:
    assert taken(look(z=5.0, phi=1.7)) == Watch()
    assert taken(look(z=5.2, phi=1.7)).open


def test_below_the_floor_no_z_turns_a_key() -> None:
    assert taken(look(z=13.3, effect=0.099), floor=NUMERICS_FLOOR) == Watch(NUMERICS_FLOOR)
    assert taken(look(z=13.3, effect=0.10), floor=NUMERICS_FLOOR).open


def test_a_noisy_endpoint_is_confirmed_at_once_and_pages_a_night_later() -> None:
    watch = taken(look(z=9, phi=2.5), look(HOUR, z=9, phi=2.5))
    assert (watch.confirmed, watch.pages, watch.wants()) == (True, False, Draw.SCREEN)
    assert watch.not_before() == NIGHT + HOUR + timedelta(hours=12)
    again = watch.take(look(DAY, z=9, phi=2.5))
    assert (again.open, again.confirmed, again.pages, again.wants()) == (True, True, False, Draw.CONFIRM)
    assert again.take(look(DAY + HOUR, z=9, phi=2.5)).pages
    assert watch.take(look(DAY, z=1, phi=2.5)) == Watch()


@pytest.mark.parametrize("watch", [Watch(), taken(look()), taken(look(), look(HOUR), floor=0.1)])
def test_it_round_trips_through_json(watch: Watch) -> None:
    assert Watch.load(json.loads(json.dumps(watch.dump()))) == watch
