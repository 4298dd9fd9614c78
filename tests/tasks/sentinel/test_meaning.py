from __future__ import annotations

import numpy as np

from tasks.sentinel import meaning


def test_every_answer_has_its_vector_and_meaning_is_near() -> None:
    then, now = meaning.vectors(
        [{"a": ["Your parcel is late.", "", "Your parcel is late."], "b": []}, {"a": ["The package is delayed."]}]
    )
    assert then["a"].shape == (3, 512)
    assert then["b"].shape == (0, 512)
    assert np.array_equal(then["a"][0], then["a"][2])
    near, far = now["a"][0] @ then["a"][0], now["a"][0] @ then["a"][1]
    assert near > far
