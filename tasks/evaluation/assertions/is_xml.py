"""is-xml: the answer is one well-formed XML document, and has the elements given as value (`order.items.item`).

A document type is refused before parsing, so there are no entities to expand.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from registry.artifact import Output
from registry.runtime.output import check_output
from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, binary, texts


def judge(answer: Answer, params: Params) -> Result:
    text = answer.text_at(params.path).strip()
    check = check_output(text, Output(format="xml"))
    if not check.ok:
        return binary(False, "; ".join(check.problems))
    root = ET.fromstring(text)  # noqa: S314  check_output lets nothing with entities get here
    missing = [path for path in params.value or () if not _has(root, path.split("."))]
    return binary(not missing, f"has no {', '.join(missing)}" if missing else "is XML")


def _has(root: ET.Element, path: list[str]) -> bool:
    return root.tag == path[0] and (len(path) == 1 or root.find("/".join(path[1:])) is not None)


KIND = Kind(judge, texts, optional=True)
