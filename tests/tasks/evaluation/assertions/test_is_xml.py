from __future__ import annotations

from typing import Any

import pytest

from tasks.evaluation.answer import Answer
from tasks.evaluation.assertions.is_xml import KIND
from tasks.evaluation.assertions.kind import Params

ORDER = " <order><items><item/></items></order>\n"
BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    ("text", "value", "passed", "says"),
    [
        (ORDER, None, True, "is XML"),
        (ORDER, ["order", "order.items.item"], True, "is XML"),
        (ORDER, ["order.address", "bill"], False, "has no order.address, bill"),
        ("<order>", None, False, "not XML"),
        ("<a/><b/>", None, False, "not XML"),
        (BOMB, None, False, "a document type is not accepted"),
    ],
)
def test_well_formed_and_complete(text: str, value: Any, passed: bool, says: str) -> None:
    found = KIND.judge(Answer(text), Params(value, None, 1))
    assert (found.passed, says in found.reason) == (passed, True)
