"""What a name stands for in Python code, where it is given a value exactly once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

Owner = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


class Located(NamedTuple):
    """A node, and the functions around it, the outermost first."""

    node: ast.AST
    owners: tuple[Owner, ...]


class Scopes:
    """All nodes of a module, with where they stand and what their names mean."""

    def __init__(self, module: ast.Module) -> None:
        self.nodes = list(_walk(module))
        self._values: dict[tuple[Owner, str], list[ast.expr | None]] = {}
        for node, owners in self.nodes:
            for name, value in _bound(node):
                self._values.setdefault((owners[-1], name), []).append(value)

    def lookup(self, name: str, owners: tuple[Owner, ...]) -> ast.expr | None:
        """The expression, None for what is a parameter, changes, or comes from elsewhere."""
        for owner in reversed(owners):
            found = self._values.get((owner, name))
            if found is not None:
                return found[0] if len(found) == 1 else None
        return None


def _walk(module: ast.Module) -> Iterator[Located]:
    todo: list[Located] = [Located(module, (module,))]
    while todo:
        node, owners = located = todo.pop()
        yield located
        inner = (*owners, node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else owners
        todo += [Located(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Names that a node gives a value; None is a value that is not known from reading."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.Assign):
        yield from ((name, None) for target in node.targets for name in _names(target))
    elif isinstance(node, ast.AugAssign | ast.NamedExpr | ast.For | ast.AsyncFor | ast.comprehension):
        yield from ((name, None) for name in _names(node.target))
    elif isinstance(node, ast.arg):
        yield node.arg, None
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from ((name, None) for name in _names(node.optional_vars))
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name.partition(".")[0], None) for alias in node.names)


def _names(target: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
