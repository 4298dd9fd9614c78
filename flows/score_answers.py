"""How good live answers are, on a sample of each day."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.compare_inputs import find_served
from tasks.score_answers import score_answers as score
from tasks.score_answers import sentence


@flow(flow_run_name="score answers in {environment}", persist_result=False)
def score_answers(
    environment: str = "production", judge: bool = False, sample: int = 200, max_usd: float = 5.0
) -> State:
    """Every prompt that has a route, once a day; the scores are the metric `quality` of the requests.

    Args:
        environment: Whose live answers.
        judge: Let a model judge them, where one was found fit; else soft assertions score them.
        sample: How many answers of a prompt to score.
        max_usd: What the judge may cost at most, in USD a prompt.
    """
    found = {prompt: score(environment, prompt, judge, sample, max_usd) for prompt in find_served(environment)}
    said = [f"{prompt}: {one if isinstance(one, str) else sentence(one)}" for prompt, one in found.items()]
    scored = any(not isinstance(one, str) for one in found.values())
    return Completed(name="Scored" if scored else "NotScored", message="; ".join(said) or "nothing is live")
