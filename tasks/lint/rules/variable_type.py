"""PS112: a variable's declaration says too little, contradicts itself, or is used as what it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from registry.message import Variable
from registry.nearest import listed
from registry.values import misfits
from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.subject import Subject

CODE = "PS112"

_PARSER = ImmutableSandboxedEnvironment()
_BELONGS = {
    "max_length": ("maxLength", ("string",)),
    "minimum": ("minimum", ("integer", "number")),
    "maximum": ("maximum", ("integer", "number")),
    "max_items": ("maxItems", ("array",)),
    "enum": ("enum", ("string",)),
}


class Misuse(NamedTuple):
    """`line` counts from 1 within the template."""

    name: str
    line: int
    found: str
    expected: str
    fix: str


def variable_type(subject: Subject) -> Iterator[Finding]:
    for name, variable in subject.version.variables.items():
        for found in _contradictions(variable):
            line, fix = subject.line("variables", name), "Correct the declaration"
            yield Finding(CODE, Severity.ERROR, line, f"{name!r}: {found}", "a type, and bounds that belong to it", fix)
        if bound := _unbounded(variable):
            found = f"the untrusted variable {name!r} may be of any size"
            severity, line = error_from("high", subject.risk), subject.line("variables", name)
            yield Finding(
                CODE, severity, line, found, f"`{bound}`", f"Add the largest {bound} that the model should see"
            )
    for index, message in subject.messages():
        for misuse in misuses(message.content, subject.version.variables):
            line = subject.template_line(index, misuse.line)
            yield Finding(CODE, Severity.ERROR, line, misuse.found, misuse.expected, misuse.fix)


def misuses(template: str, variables: dict[str, Variable]) -> Iterator[Misuse]:
    """Where a template treats a variable as another type; none for what cannot be parsed."""
    try:
        tree = _PARSER.parse(template) if "{" in template else None
    except (TemplateSyntaxError, RecursionError):
        return
    for node in tree.find_all(nodes.For | nodes.Output | nodes.Compare) if tree else ():  # type: ignore[arg-type]
        if isinstance(node, nodes.For):
            yield from _looped(node, variables)
        elif isinstance(node, nodes.Output):
            yield from _printed(node, variables)
        elif isinstance(node, nodes.Compare):
            yield from _compared(node, variables)


def _contradictions(variable: Variable) -> Iterator[str]:
    for field, (name, types) in _BELONGS.items():
        if getattr(variable, field) is not None and variable.type not in types:
            yield f"`{name}` on a variable of type {variable.type}"
    low, high = variable.minimum, variable.maximum
    if low is not None and high is not None and low > high:
        yield f"the minimum {low:g} is over the maximum {high:g}"
    if variable.default is not None:
        yield from (f"the default does not fit: {what}" for what in misfits(variable, variable.default))


def _unbounded(variable: Variable) -> str | None:
    if variable.untrusted and variable.type == "string" and not (variable.max_length or variable.enum):
        return "maxLength"
    return "maxItems" if variable.untrusted and variable.type == "array" and not variable.max_items else None


def _looped(loop: nodes.For, variables: dict[str, Variable]) -> Iterator[Misuse]:
    variable = _of(loop.iter, variables)
    if variable and variable[1].type != "array":
        found = f"a loop over {variable[0]!r}, which is declared as {variable[1].type}"
        yield Misuse(variable[0], loop.lineno, found, "a loop over an array", "Declare it as array, or drop the loop")


def _printed(output: nodes.Output, variables: dict[str, Variable]) -> Iterator[Misuse]:
    for node in output.nodes:
        variable = _of(node, variables)
        if variable and variable[1].type == "array":
            found = f"the array {variable[0]!r} is inserted as it is, in Python's notation"
            fix = f"Write {{{{ {variable[0]} | join(', ') }}}}, {{{{ {variable[0]} | tojson }}}}, or a loop"
            yield Misuse(variable[0], node.lineno, found, "a list written out", fix)


def _compared(compare: nodes.Compare, variables: dict[str, Variable]) -> Iterator[Misuse]:
    variable, operand = _of(compare.expr, variables), compare.ops[0]
    if variable is None or not isinstance(operand.expr, nodes.Const) or operand.op not in ("eq", "ne"):
        return
    wanted = operand.expr.value
    if wanted is not None and (wrong := misfits(variable[1], wanted)):
        found = f"{variable[0]!r} is compared with {wanted!r}, which it can never be: {wrong[0]}"
        values = f"one of {listed(variable[1].enum)}" if variable[1].enum else f"a value of type {variable[1].type}"
        yield Misuse(variable[0], compare.lineno, found, values, "Correct the value, or the declaration")


def _of(node: nodes.Node, variables: dict[str, Variable]) -> tuple[str, Variable] | None:
    return (node.name, variables[node.name]) if isinstance(node, nodes.Name) and node.name in variables else None
