"""The text format that Prometheus scrapes (version 0.0.4). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


class Family(NamedTuple):
    """One metric with all its series: labels and value."""

    name: str
    kind: Literal["counter", "gauge"]
    about: str
    series: Iterable[tuple[Mapping[str, str], float]]


def exposition(families: Iterable[Family]) -> str:
    return "".join(_family(one) for one in families)


def _family(one: Family) -> str:
    about = one.about.replace("\\", "\\\\").replace("\n", "\\n")
    head = f"# HELP {one.name} {about}\n# TYPE {one.name} {one.kind}\n"
    return head + "".join(f"{one.name}{_labels(labels)} {value!r}\n" for labels, value in one.series)


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""
