"""What a template may be made of, by walking its syntax tree before anything is compiled.

Jinja's own sandbox stops attributes and mutation, not resource abuse: its optimizer alone computes `9**9999999`. So
the list is of what is allowed; all else, calls and assignments among it, is refused by name.
"""

from __future__ import annotations

from typing import NamedTuple

from jinja2 import nodes

from .template_filters import ALLOWED

MAX_LOOPS = 2
TESTS = frozenset((
    "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "float", "ge", "gt", "in", "integer",
    "iterable", "le", "lower", "lt", "mapping", "ne", "none", "number", "odd", "sequence", "string", "true",
    "undefined", "upper",
))  # fmt: skip


class TemplateProblem(NamedTuple):
    """`line` counts from 1 within the message's text."""

    line: int
    what: str


_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.Slice, nodes.For, nodes.If, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub, nodes.Neg, nodes.Pos, nodes.Concat, nodes.List, nodes.Tuple,
    nodes.Dict, nodes.Pair, nodes.Keyword,
)  # fmt: skip
_WHY = {
    nodes.Pow: "the power operator ** is not allowed: it can take all time and memory",
    nodes.Mul: "the operator * is not allowed: it can repeat text without bound",
    nodes.Mod: "the operator % is not allowed: it can format text without bound",
    nodes.Div: "the operator / is not allowed: compute the value in the application",
    nodes.FloorDiv: "the operator // is not allowed: compute the value in the application",
    nodes.Call: "a call is not allowed: use a filter, or compute the value in the application",
    nodes.Include: "include is not allowed but for a snippet of the registry, by its name and version in quotes",
    nodes.Import: "import is not allowed: a version is one file",
    nodes.FromImport: "import is not allowed: a version is one file",
    nodes.Extends: "extends is not allowed: a version is one file",
    nodes.Assign: "set is not allowed: declare a variable and let the application give it",
    nodes.AssignBlock: "set is not allowed: declare a variable and let the application give it",
}


def broken_rules(node: nodes.Node, loops: int) -> list[TemplateProblem]:
    """Every place that is not allowed, in the order of the text. `loops` counts the loops around `node`."""
    problems = [TemplateProblem(node.lineno or 1, what) for what in _broken(node, loops)]
    inside = loops + isinstance(node, nodes.For)
    for child in node.iter_child_nodes():
        problems += broken_rules(child, inside)
    return problems


def _broken(node: nodes.Node, loops: int) -> list[str]:
    if not isinstance(node, _NODES):
        return [_WHY.get(type(node), f"{type(node).__name__.lower()} is not allowed")]
    if isinstance(node, nodes.Filter) and node.name not in ALLOWED:
        return [f"the filter {node.name!r} is not allowed, only {', '.join(sorted(ALLOWED))}"]
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return [f"the test {node.name!r} is not allowed, only {', '.join(sorted(TESTS))}"]
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return [f"the attribute {node.attr!r} is not allowed"]
    if isinstance(node, nodes.For):
        return _broken_loop(node, loops)
    return []


def _broken_loop(node: nodes.For, loops: int) -> list[str]:
    problems = ["a recursive loop is not allowed"] if node.recursive else []
    return problems + ([f"loops deeper than {MAX_LOOPS} are not allowed"] if loops >= MAX_LOOPS else [])
