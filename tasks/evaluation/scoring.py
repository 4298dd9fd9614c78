"""From one answer to one score. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from registry.artifact import Output
from registry.runtime.output import check_output

from .answer import Answer, NoSuchPath, NotJson
from .assertion import Assertion
from .assertions.assert_set import Part
from .assertions.kind import Params, Result, Unjudgeable, binary
from .assertions.question import NO_OPINIONS, Opinions, Question
from .case import Case

SCHEMA = "schema_ok"
Status = Literal["passed", "failed", "error"]


class Finding(NamedTuple):
    """What one assertion found. `score` in 0..1, None when it could not be judged; then `status` is `error`."""

    type: str
    metric: str
    status: Status
    score: float | None
    reason: str
    hard: bool
    must_pass: bool
    weight: float


def judge(
    asked: Sequence[Assertion], case: Case, answer: Answer, output: Output, opinions: Opinions = NO_OPINIONS
) -> tuple[Finding, ...]:
    """The output contract first, where there is one, then every assertion."""
    return (*_contract(answer, output), *(_judge(one, case, answer, opinions) for one in asked))


def questions(asked: Sequence[Assertion], case: Case, answer: Answer) -> tuple[Question, ...]:
    """What models have to say before `judge` can, each question once."""
    parts = [part for one in asked for part in one.parts if part.kind.judged]
    return tuple(dict.fromkeys(question for part in parts for question in _questions(part, case, answer)))


def _questions(assertion: Assertion, case: Case, answer: Answer) -> tuple[Question, ...]:
    try:
        return assertion.kind.asks(answer, _params(assertion, case, NO_OPINIONS))
    except Exception:  # noqa: BLE001 - `judge` meets the same and says so
        return ()


def unjudged(asked: Sequence[Assertion], output: Output, reason: str) -> tuple[Finding, ...]:
    """The same findings when there is no answer to judge."""
    contract = (_schema("error", None, reason),) if promises(output) else ()
    return (*contract, *(_finding(one, None, reason) for one in asked))


def promises(output: Output) -> bool:
    """Whether there is a contract that an answer can break."""
    return output.format != "text" or output.schema_ is not None


def score(findings: Sequence[Finding]) -> float | None:
    """0 when the schema, a hard or a must-pass assertion failed, else the weighted mean of the others (1 without any).

    None when something that counts could not be judged; a proved 0 stays 0 whatever the rest would have said.
    """
    if any(finding.hard and finding.status == "failed" for finding in findings):
        return 0.0
    if any(finding.score is None for finding in findings):
        return None
    soft = [(finding.weight, finding.score or 0.0) for finding in findings if not finding.hard]
    return sum(weight * value for weight, value in soft) / sum(weight for weight, _ in soft) if soft else 1.0


def _contract(answer: Answer, output: Output) -> tuple[Finding, ...]:
    check = check_output(answer.text, output)
    if check.ok is None:
        return ()
    if check.ok:
        return (_schema("passed", 1.0, "keeps to the output section"),)
    return (_schema("failed", 0.0, "; ".join(check.problems)),)


def _schema(status: Status, value: float | None, reason: str) -> Finding:
    return Finding("output", SCHEMA, status, value, reason, hard=True, must_pass=False, weight=1.0)


def _params(assertion: Assertion, case: Case, opinions: Opinions) -> Params:
    value = assertion.value if assertion.expected is None else case.expected[assertion.expected]
    return Params(value, assertion.path, assertion.passes_at, opinions)


def _judge(assertion: Assertion, case: Case, answer: Answer, opinions: Opinions) -> Finding:
    params = _params(assertion, case, opinions)
    if assertion.assert_:
        params = params._replace(value=tuple(_part(one, case, answer, opinions) for one in assertion.assert_))
    try:
        result = assertion.kind.judge(answer, params)
    except (NotJson, NoSuchPath) as error:
        # An answer that lacks what is asked about has nothing to deny either: `not-` fails as well.
        return _finding(assertion, binary(False, str(error)), str(error))
    except Unjudgeable as error:
        return _finding(assertion, None, str(error))
    except Exception as error:  # noqa: BLE001 - a broken assertion leaves the case unscored, whatever broke it
        return _finding(assertion, None, f"the assertion broke: {type(error).__name__}: {error}")
    return _finding(assertion, _negate(result) if assertion.negated else result, result.reason)


def _part(assertion: Assertion, case: Case, answer: Answer, opinions: Opinions) -> Part:
    found = _judge(assertion, case, answer, opinions)
    return Part(found.metric, found.score, found.status == "passed", found.reason, found.weight, found.hard)


def _negate(result: Result) -> Result:
    return Result(1.0 - result.score, not result.passed, result.reason)


def _status(result: Result | None) -> Status:
    if result is None:
        return "error"
    return "passed" if result.passed else "failed"


def _finding(assertion: Assertion, result: Result | None, reason: str) -> Finding:
    return Finding(
        assertion.type,
        assertion.family,
        _status(result),
        None if result is None else result.score,
        reason,
        assertion.zeroes,
        assertion.must_pass,
        assertion.weight,
    )
