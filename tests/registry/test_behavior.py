from __future__ import annotations

from typing import Any

import pytest

from registry.behavior import COMPONENTS, Behavior, canonical, changed, sha, short


@pytest.mark.parametrize(("value", "text"), [
    ({"b": 1, "a": [1.0, 0.1, 1e21]}, '{"a":[1,0.1,1e+21],"b":1}'),
    ("é\n", '"é\\n"'),
    ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'),
    (-0.0, "0"),
])  # fmt: skip
def test_canonical_is_rfc_8785(value: Any, text: str) -> None:
    assert canonical(value) == text.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {"a": object()}])
def test_what_json_cannot_say_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(ValueError, match="no canonical JSON"):
        canonical(value)


def test_the_behavior_is_a_hash_over_the_hashes() -> None:
    behavior = Behavior(dict.fromkeys(COMPONENTS))
    assert behavior.shas["prompt"] == "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b"
    assert behavior.sha == sha(dict.fromkeys(COMPONENTS, behavior.shas["prompt"]))
    assert behavior.id == short(behavior.sha) == f"bv_{behavior.sha[:12]}"


def test_changed_names_components_in_their_order() -> None:
    before = dict.fromkeys(COMPONENTS, "x")
    assert changed(before, {**before, "tools": "y", "prompt": "y"}) == ["prompt", "tools"]
    assert changed({}, before) == list(COMPONENTS)
