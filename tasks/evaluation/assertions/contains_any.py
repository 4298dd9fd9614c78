"""contains-any: at least one of the texts is part of the answer."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, texts


def judge(answer: Answer, params: Params) -> Result:
    whole = answer.text_at(params.path)
    found = [item for item in params.value if item in whole]
    return binary(bool(found), f"found {found!r}" if found else f"none of {list(params.value)!r}")


KIND = Kind(judge, texts)
