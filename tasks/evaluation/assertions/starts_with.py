"""starts-with: the answer begins with this text."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, text


def judge(answer: Answer, params: Params) -> Result:
    whole = answer.text_at(params.path)
    return binary(whole.startswith(params.value), f"begins with {whole[: len(params.value) + 10]!r}")


KIND = Kind(judge, text)
