"""Rendering: Jinja in a sandbox, dialect `jinja-1`.

Values are checked against the declared variables first. A template may read variables, branch, loop over arrays and
apply the filters of template_filters.py; MAX_STEPS and MAX_CHARACTERS bound its time and memory, whatever the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .errors import RenderError
from .images import parts
from .message import Message, Variable
from .template_filters import FILTERS, MAX_CHARACTERS, STEPS, Steps, TooLarge
from .template_rules import TemplateProblem, broken_rules
from .values import completed

DIALECT = "jinja-1"
MAX_STEPS = 100_000


class _Environment(ImmutableSandboxedEnvironment):
    """Every loop goes through the step counter, and a dot or a bracket reaches into JSON values and nothing else."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in _OF_LOOPS:
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, jinja2.Undefined):
            str(obj)
        try:
            return (
                obj[argument] if isinstance(obj, dict | list | tuple | str) else self.undefined(obj=obj, name=argument)
            )
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
        return tree


_OF_LOOPS = frozenset(("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"))


def _environment() -> _Environment:
    environment = _Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    environment.globals.clear()
    environment.filters = dict(FILTERS)
    return environment


_ENVIRONMENT = _environment()
_PLAIN = jinja2.Environment(autoescape=False)  # noqa: S701 - it only parses


def render(
    messages: Sequence[Message], variables: Mapping[str, Variable], values: Mapping[str, Any], *, name: str
) -> list[dict[str, Any]]:
    """`[{"role": ..., "content": ...}]`; the content is text, or a list of parts where a message holds images.

    Raises RenderError, naming every problem at once."""
    given, problems = completed(variables, values)
    if problems:
        raise _refused(name, problems)
    rendered, steps = list[dict[str, Any]](), Steps(MAX_STEPS)
    for index, message in enumerate(messages):
        try:
            text = _content(message.content, given, steps)
            content = parts(text, message.images, given) if message.images else text
            rendered.append({"role": message.role, "content": content})
        except (jinja2.TemplateError, TooLarge, TypeError, ValueError, ArithmeticError, LookupError) as error:
            problems.append(f"messages[{index}]: {_said(error)}")
    if problems:
        raise _refused(name, problems)
    return rendered


def undeclared(template: str) -> set[str]:
    """The variables that a template reads. Raises RenderError for what is no template."""
    from jinja2 import meta

    try:
        return meta.find_undeclared_variables(_PLAIN.parse(template))
    except jinja2.TemplateSyntaxError as error:
        raise _refused("template", [_said(error)]) from None


def check(template: str) -> list[TemplateProblem]:
    """What the sandbox refuses, and what is no template at all, with the lines."""
    try:
        return broken_rules(_PLAIN.parse(template), loops=0)
    except jinja2.TemplateSyntaxError as error:
        return [TemplateProblem(error.lineno, _said(error).partition(": ")[2])]
    except RecursionError:
        return [TemplateProblem(1, "its nesting is too deep")]


@lru_cache(maxsize=1024)
def _compiled(template: str) -> jinja2.Template:
    problems = check(template)
    if problems:
        raise jinja2.TemplateError("; ".join(f"line {line}: {what}" for line, what in problems))
    return _ENVIRONMENT.from_string(template)


def _content(template: str, values: Mapping[str, Any], steps: Steps) -> str:
    parts, length = [], 0
    for part in _compiled(template).generate({**values, STEPS: steps}):
        length += len(part)
        if length > MAX_CHARACTERS:
            raise TooLarge(f"the text grows over {MAX_CHARACTERS} characters")
        parts.append(part)
    return "".join(parts)


def _said(error: Exception) -> str:
    line = f"line {error.lineno}: this is no template: " if isinstance(error, jinja2.TemplateSyntaxError) else ""
    return f"{line}{error}".rstrip(".") or type(error).__name__


def _refused(name: str, problems: list[str]) -> RenderError:
    if len(problems) == 1:
        found = f"{name} cannot be rendered: {problems[0]}"
    else:
        found = "\n  ".join([f"{name} cannot be rendered, {len(problems)} problems:", *problems])
    return RenderError(
        found,
        expected="a value for each declared variable, and a template that keeps to the sandbox",
        fix="Correct the values, or the messages and variables of the prompt version",
    )
