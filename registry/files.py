"""Files that people write: YAML, strict models, and errors that name every wrong place at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .complaints import complaints
from .errors import InvalidFile
from .problem import Misfit, Problem
from .yaml_document import Document

MAX_BYTES = 4 * 2**20
Prepare = Callable[[Any], Any]
T = TypeVar("T")


def load(path: Path, shape: type[T], prepare: Prepare | None = None) -> T:
    """The file as `shape`: a pydantic model, or a type such as `dict[str, Model]`.

    `prepare` turns the plain data into what is validated: takes defaults over from a sibling, say. Raises InvalidFile,
    naming all problems with their places."""
    return parse(read_text(path), shape, path, prepare)


def parse(text: str, shape: type[T], path: Path, prepare: Prepare | None = None) -> T:
    """Like `load`, for text that is at hand; `path` is what messages call it."""
    document = Document(text)
    kind: Any = shape
    problems, data = list(document.problems), document.data
    try:
        data = prepare(data) if prepare and isinstance(data, dict) else data
        value: T = _adapter(kind).validate_python(data)
    except ValidationError as error:
        if data is not None or not problems:
            problems += complaints(error, data, document, _schema(kind))
    except Misfit as misfit:
        problems.append(Problem(1, 1, "", misfit.found, misfit.expected, misfit.fix))
    if problems:
        raise invalid(path, problems)
    return value


def invalid(path: Path, problems: list[Problem]) -> InvalidFile:
    """One error for all problems of a file, in the order of its lines."""
    shown = shown_path(path)
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column))
    if len(ordered) == 1:
        only = ordered[0]
        error = InvalidFile(only.place(shown), expected=only.expected, fix=_sentence(only.fix))
    else:
        lines = [f"{shown} has {len(ordered)} problems:", *("  " + problem.text(shown) for problem in ordered)]
        error = InvalidFile("\n".join(lines), expected="a file without these", fix="Correct each of these places")
    error.problems, error.file = tuple(ordered), path
    return error


def shown_path(path: Path) -> str:
    """Relative to the working directory where that is shorter."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def read_text(path: Path) -> str:
    """Raises InvalidFile for what is missing, too large or no UTF-8."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _unreadable(path, "there is no such file", "check the name, or create the file") from None
    except OSError as error:
        raise _unreadable(path, f"it cannot be read: {error.strerror}", "check its kind and permissions") from None
    if len(raw) > MAX_BYTES:
        raise _unreadable(path, f"{len(raw)} bytes", f"keep it under {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        found = f"the byte {raw[error.start]:#04x} is no UTF-8"
        problem = Problem(line, column, "", found, "UTF-8", "save it as UTF-8")
        raise invalid(path, [problem]) from None


def refused(path: Path, found: str, *, expected: str, fix: str) -> InvalidFile:
    """One error for a file that is wrong as a whole."""
    return invalid(path, [Problem(1, 1, "", found, expected, fix)])


def _unreadable(path: Path, found: str, fix: str) -> InvalidFile:
    return refused(path, found, expected="a readable YAML file", fix=fix)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


@cache
def _schema(shape: Any) -> dict[str, Any]:
    return _adapter(shape).json_schema(by_alias=True, mode="validation")
