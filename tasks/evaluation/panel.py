"""The models that judge: they get questions without arms, and answer in a form that can be read or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registry.artifact import Decoding
from registry.errors import ModelRejected, RenderError
from registry.models import Model
from registry.runtime.drivers import Request
from registry.runtime.drivers.sentences import vectors
from registry.runtime.output import check_output
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway

from .assertions.question import Embedding, Opinion, Opinions, Question, Silence, To
from .job import Arm
from .reading import READERS

TRIES = 2
"""An answer that cannot be read is asked for once more."""
_NOT_DRAWN = Decoding(temperature=0, max_output_tokens=1)
"""An embedding has nothing to decode."""


@dataclass(frozen=True)
class Asking:
    """Where questions come from and how they are paid: names the calls in the cache, never seen by a judge."""

    case_id: str
    round: int
    gateway: Gateway
    test_id: str | None
    timeout_s: float


@dataclass(frozen=True)
class Panel:
    """`judges` are behavior versions of their own; `embedder` is a model whose driver answers with a vector, None for
    the sentence encoder that comes along."""

    judges: Mapping[To, Arm] = field(default_factory=dict)
    embedder: Model | None = None

    @property
    def behaviors(self) -> dict[str, str]:
        """The behavior version of each judge."""
        return {str(to): arm.artifact.behavior for to, arm in self.judges.items()}

    @property
    def identity(self) -> dict[str, str] | None:
        """What makes it the same panel: behavior versions, and the key of the embedding model. None without any."""
        found = self.behaviors
        if self.embedder is not None:
            found["embedding"] = self.embedder.key
        return dict(sorted(found.items())) or None

    async def opinions(self, questions: Iterable[Question], asking: Asking) -> Opinions:
        """One after the other: cases run side by side already. Raises BudgetSpent."""
        return {question: await self._opinion(question, asking) for question in questions}

    async def _opinion(self, question: Question, asking: Asking) -> Opinion:
        if question.to == "embedding" and self.embedder is None:
            return _encoded(dict(question.variables)["text"])
        try:
            request = self._request(question, asking.timeout_s)
        except RenderError as error:
            return Silence(f"the judge cannot be asked: {error.found}")
        if request is None:
            return Silence(f"the eval set names no {question.to} judge")
        said = ""
        for attempt in range(1, TRIES + 1):
            place = f"{asking.case_id} {question.to} {attempt}"
            outcome = await asking.gateway.complete(Call(request, place, asking.round, "judge", asking.test_id))
            if outcome.reply is None:
                return _unanswered(question, outcome)
            said = outcome.reply.text
            if opinion := self._read(question, said):
                return opinion
        return Silence(f"the {question.to} judge's answer cannot be read, asked {TRIES} times: {said[:80]!r}")

    def _read(self, question: Question, said: str) -> Opinion | None:
        arm = self.judges.get(question.to)
        if arm is not None and check_output(said, arm.artifact.output).ok is False:
            return None
        return READERS[question.to](said)

    def _request(self, question: Question, timeout_s: float) -> Request | None:
        """Raises RenderError for what does not fit the judge's variables."""
        variables = dict(question.variables)
        if self.embedder is not None and question.to == "embedding":
            return _embedding(self.embedder, variables["text"], timeout_s)
        arm = self.judges.get(question.to)
        if arm is None:
            return None
        artifact = arm.artifact
        known = {name: value for name, value in variables.items() if name in artifact.variables}
        return Request(
            model=arm.model,
            messages=artifact.render(**known),
            decoding=artifact.decoding,
            output=artifact.output,
            behavior=artifact.behavior,
            timeout_s=timeout_s,
        )


def _embedding(embedder: Model, text: str, timeout_s: float) -> Request:
    messages = [{"role": "user", "content": text}]
    return Request(embedder, messages, _NOT_DRAWN, behavior=embedder.key, timeout_s=timeout_s)


def _encoded(text: str) -> Opinion:
    try:
        return Embedding(tuple(vectors([text])[0]))
    except ModelRejected as error:
        return Silence(str(error))


def _unanswered(question: Question, outcome: Outcome) -> Silence:
    error = f"{outcome.error.code} {outcome.error}" if outcome.error else None
    return Silence(f"no answer of the {question.to} judge: {outcome.error}", error)


NOBODY = Panel()
