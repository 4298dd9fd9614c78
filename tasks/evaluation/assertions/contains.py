"""contains, icontains: the text is part of the answer; icontains takes no notice of case."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, text


def judge(answer: Answer, params: Params) -> Result:
    return _verdict(params.value in answer.text_at(params.path), params.value)


def judge_any_case(answer: Answer, params: Params) -> Result:
    return _verdict(params.value.casefold() in answer.text_at(params.path).casefold(), params.value)


def _verdict(found: bool, wanted: str) -> Result:
    return binary(found, f"{wanted!r} is {'there' if found else 'missing'}")


KIND = Kind(judge, text)
ANY_CASE = Kind(judge_any_case, text)
