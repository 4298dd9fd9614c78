from __future__ import annotations

import pytest

from registry.errors import ModelRejected
from registry.runtime import drivers
from tests.registry.runtime.conftest import Scripted, model


def test_one_driver_a_model_and_process(scripted: Scripted) -> None:
    made: list[str] = []

    def factory(found: object) -> Scripted:
        made.append(str(found))
        return Scripted()

    drivers.register("scripted", factory)
    first, second = drivers.open(model("one")), drivers.open(model("two"))
    assert drivers.open(model("one")) is first
    assert first is not second
    assert len(made) == 2
    drivers.close_all()
    assert drivers.open(model("one")) is not first


def test_an_unknown_driver(scripted: Scripted) -> None:
    with pytest.raises(ModelRejected, match=r"no driver 'psychic'.*'litellm'.*'scripted'"):
        drivers.open(model(reach={"driver": "psychic"}))
