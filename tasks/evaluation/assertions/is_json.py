"""is-json: the answer is one JSON value, and keeps to the JSON Schema given as value."""

from __future__ import annotations

import json

from registry.artifact import Output
from registry.runtime.output import check_output
from tasks.evaluation.answer import Answer, NotJson

from .kind import Kind, Params, Result, binary, schema


def judge(answer: Answer, params: Params) -> Result:
    try:
        value = answer.value if params.path is None else answer.at(params.path)
    except NotJson as error:
        return binary(False, str(error))
    if params.value is None:
        return binary(True, "is JSON")
    check = check_output(json.dumps(value), Output(format="json", schema=params.value))
    return binary(bool(check.ok), "; ".join(check.problems) or "keeps to the schema")


KIND = Kind(judge, schema, optional=True)
