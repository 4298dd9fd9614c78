"""Whether a template that was written for another engine is one of ours, word for word, and what its variables are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
from jinja2 import nodes

from ..message import Variable
from ..template import check, undeclared
from .notes import Notes, Place, Refusal

_PARSER = jinja2.Environment(autoescape=False)  # noqa: S701 - it only parses
_SHELL = re.compile(r"\$\{[A-Za-z_][^}\n]{0,200}\}")


def variables_of(text: str, place: Place, notes: Notes) -> dict[str, Variable]:
    """The variables a text reads, untrusted: nothing says who fills them. Raises Refusal for what the sandbox refuses.

    `place` is that of the text's first line."""
    _note_shell(text, place, notes)
    problems = check(text)
    if problems:
        said = "; ".join(f"line {place.line + line - 1}: {what}" for line, what in problems)
        raise Refusal(place.down(problems[0].line - 1), said)
    tree, names = _PARSER.parse(text), undeclared(text)
    _refuse_environment(tree, names, place)
    _refuse_objects(tree, names, place)
    lists = _lists(tree)
    return {
        name: Variable.model_validate({"type": "array" if name in lists else "string", "untrusted": True})
        for name in _ordered(tree, names)
    }


def _note_shell(text: str, place: Place, notes: Notes) -> None:
    for found in _SHELL.finditer(text):
        line = text[: found.start()].count("\n")
        notes.add("environment", place.down(line), f"{found.group()} stays as it is: nothing is put in its place")


def _refuse_environment(tree: nodes.Template, names: set[str], place: Place) -> None:
    for node, base in _reaches(tree):
        if base == "env" and base in names:
            what = "{{ env.… }} reads the environment, which was not resolved: make it a variable"
            raise Refusal(place.down(node.lineno - 1), what, "environment")


def _refuse_objects(tree: nodes.Template, names: set[str], place: Place) -> None:
    for node, base in _reaches(tree):
        key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", 0)
        if base in names and isinstance(key, str):
            what = f"{{{{ {base}.{key} }}}} reads inside of an object: make it a variable of its own, {base}_{key} say"
            raise Refusal(place.down(node.lineno - 1), what)


def _reaches(tree: nodes.Template) -> Iterator[tuple[nodes.Getattr | nodes.Getitem, str]]:
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Name):
            yield node, node.node.name


def _lists(tree: nodes.Template) -> set[str]:
    """What is looped over, joined, or reached into by number."""
    sources = [loop.iter for loop in tree.find_all(nodes.For)]
    sources += [node.node for node in tree.find_all(nodes.Getitem)]
    sources += [node.node for node in tree.find_all(nodes.Filter) if node.name == "join" and node.node is not None]
    return {node.name for node in sources if isinstance(node, nodes.Name)}


def _ordered(tree: nodes.Template, names: set[str]) -> list[str]:
    found = [node.name for node in tree.find_all(nodes.Name) if node.name in names]
    return list(dict.fromkeys(found))
