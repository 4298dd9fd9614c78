"""One wrong place in a file: where it is, what was found, what was expected, what to do."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """`line` and `column` count from 1; `where` is the dotted path of the key, empty for the whole file."""

    line: int
    column: int
    where: str
    found: str
    expected: str
    fix: str

    def place(self, path: str) -> str:
        """`path:line:column: key: found`, in the form that editors make a link of."""
        where = f"{self.where}: " if self.where else ""
        return f"{path}:{self.line}:{self.column}: {where}{self.found}"

    def text(self, path: str) -> str:
        """All of it on one line."""
        return f"{self.place(path)}; expected {self.expected}; {self.fix}"


class Misfit(ValueError):
    """Raised by the validators of file models: a ValueError that keeps its three sentences apart."""

    def __init__(self, found: str, *, expected: str, fix: str) -> None:
        self.found = found
        self.expected = expected
        self.fix = fix
        super().__init__(f"{found}; expected {expected}; {fix}")
