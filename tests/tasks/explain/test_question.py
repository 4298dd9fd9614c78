from __future__ import annotations

import pytest

from tasks.explain.explain import Explanation
from tasks.explain.question import QUESTIONS, answer
from tests.tasks.explain.made import Request, explained

MODEL = {"v1": {"model": "a"}, "v2": {"model": "b"}}
BOTH = {"v1": {"model": "a", "prompt": "p"}, "v2": {"model": "b", "prompt": "q"}}


def quality(drop: float, behaviors: dict[str, dict[str, str]]) -> Explanation:
    requests = [
        Request(w, u, 0.9 - drop * w + u % 5 / 100, (100.0 + u % 7,), f"v{1 + w}") for w in (0, 1) for u in range(40)
    ]
    return explained("quality", requests, ("prompt_tokens",), behaviors)


@pytest.mark.parametrize(
    ("drop", "behaviors", "word"),
    [
        (0.3, MODEL, "yes"),
        (0.3, BOTH, "cannot tell"),
        (0.3, {"v1": {"model": "a"}, "v2": {"model": "a"}}, "no"),
        (0.0, MODEL, "did not move"),
        (-0.3, MODEL, "did not move"),
    ],
)
def test_did_quality_drop_because_the_model_changed(
    drop: float, behaviors: dict[str, dict[str, str]], word: str
) -> None:
    assert answer(QUESTIONS["model"], quality(drop, behaviors)).word == word


@pytest.mark.parametrize(
    ("longer", "slower", "word"), [(100, 0, "yes"), (100, 60, "in part"), (0, 60, "no"), (-20, 60, "no")]
)
def test_did_cost_rise_because_the_prompt_got_longer(longer: int, slower: int, word: str) -> None:
    requests = []
    for window in (0, 1):
        for unit in range(40):
            tokens = (100 + unit % 7 + longer * window, 20 + unit % 5 + slower * window)
            requests.append(Request(window, unit, (tokens[0] + 5 * tokens[1]) * 1e-6, tokens))
    found = explained("cost", requests, ("prompt_tokens", "output_tokens"), {"v1": {"model": "a"}})
    assert answer(QUESTIONS["longer-prompt"], found).word == word
