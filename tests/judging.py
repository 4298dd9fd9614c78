"""A judge of known error rates, and the prompt that makes it one.

judge_of(registry)                                     # adds answer-judge@v1 on the model `owl`
with scripted.installed(Judge(sensitivity=0.95, specificity=0.9).beside(say)):
    ...
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from registry.catalog import Catalog
from tests import scripted

JUDGE = "answer-judge"
MARK = "You are the judge."
_VERSION = """
id: answer-judge
version: v1
use_case: evals.judge
purpose: Grade answers.
owner: tests
risk: low
model: owl
decoding: {temperature: 0.0, max_output_tokens: 64}
variables:
  rubric: {type: string}
  question: {type: string, untrusted: true}
  reference: {type: string, untrusted: true}
  answer: {type: string, untrusted: true}
messages:
  - {role: system, content: "You are the judge. {{ rubric }}"}
  - role: user
    content: "<question>{{ question }}</question><reference>{{ reference }}</reference><answer>{{ answer }}</answer>"
change: {author: ana, why: The first judge of these tests., reverse: name another judge}
"""


def judge_of(registry: Path, model: str = "owl-1") -> None:
    """Adds the judge to a registry of `tests.world`, on a scripted model of this name."""
    folder = registry / "prompts" / JUDGE
    folder.mkdir(parents=True)
    (folder / "v1.yaml").write_text(_VERSION.lstrip())
    models = registry / "models.yaml"
    told = yaml.safe_load(models.read_text())
    told["owl"] = {"provider": "test", "model": model, "reach": {"driver": scripted.DRIVER}}
    models.write_text(yaml.safe_dump(told))
    Catalog(registry).lock_all()


@dataclass(frozen=True)
class Judge:
    """Finds a good answer good with probability `sensitivity`, a bad one bad with `specificity`; drawn from the answer.

    `good` says what is true; an answer with the word `kindly` is of the style it has `kind_specificity` for.
    """

    good: Callable[[str, str], bool]
    sensitivity: float = 1.0
    specificity: float = 1.0
    kind_specificity: float | None = None

    def beside(self, say: scripted.Say) -> scripted.Say:
        """The judge's own calls are its own, all others those of `say`."""
        return lambda messages: self(messages) if messages[0]["content"].startswith(MARK) else say(messages)

    def __call__(self, messages: list[dict[str, str]]) -> str:
        asked = messages[-1]["content"]
        question, answer = (_between(asked, name) for name in ("question", "answer"))
        draw = int(hashlib.sha256(f"{question}{answer}".encode()).hexdigest()[:8], 16) / 16**8
        if self.good(question, answer):
            said = draw < self.sensitivity
        else:
            kindly = self.kind_specificity is not None and "kindly" in answer
            said = draw >= (self.kind_specificity or 0.0 if kindly else self.specificity)
        return json.dumps({"score": int(said), "reason": "as drawn"})


def _between(text: str, name: str) -> str:
    found = re.search(f"<{name}>(.*)</{name}>", text, re.DOTALL)
    assert found is not None
    return found[1]
