"""libyaml and PyYAML's own parser see the same nodes at the same places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import registry
from registry.yaml_nodes import PythonLoader, compose

FILES = sorted(Path(registry.__file__).parent.rglob("*.yaml"))
TEXTS = [
    "a: é\U0001f600 b\nc: {d: [1, two]}", "\ufeffa: 1", "a: |\n  x\n\n  y\n\nb: >-\n  x\n  y",
    "a: 'it''s'\nb: \"\\u00e9\\n\"",
    "a: &x [1]\nb: *x", "a: b\x85c: d", "- - - 1\n    - 2", "? a\n: b", "a:\nb: ~", "",
    "# only a comment", "a: 1 # c\r\nb: 2\r\n",
    "a: x\u2028b: 1", "!!str a: !own b", "'a': \"b\"",
]  # fmt: skip


def seen(node: yaml.Node | None) -> Iterator[Any]:
    if node is None:
        return
    value = node.value if isinstance(node, yaml.ScalarNode) else None
    yield node.tag, value, node.start_mark.line, node.start_mark.column
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in child if isinstance(child, tuple) else (child,):
            yield from seen(inner)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize("text", [*TEXTS, *(path.read_text(encoding="utf-8") for path in FILES)])
def test_both_parsers_agree(text: str) -> None:
    assert list(seen(compose(text))) == list(seen(PythonLoader(text).get_single_node()))


@pytest.mark.parametrize("text", ["a: b: c", "a: [1", "a:\n\tb: 1", "a: \x01", "a: \ud800"])
def test_the_python_parser_says_what_is_wrong(text: str) -> None:
    with pytest.raises(yaml.YAMLError) as told:
        PythonLoader(text).get_single_node()
    with pytest.raises(type(told.value)) as said:
        compose(text)
    assert str(said.value) == str(told.value)
