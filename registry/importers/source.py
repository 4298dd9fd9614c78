"""The text of files: regular ones, of bounded size, in UTF-8, none outside the folder of the file that names them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from ..files import shown_path
from .notes import Place, Refusal

MAX_BYTES = 16 * 2**20
MAX_FILES = 500
CODE = frozenset((".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".tsx", ".jsx", ".py", ".rb", ".go", ".sh", ".exe"))
_NETWORK = re.compile(r"^(?!file:)[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Source(NamedTuple):
    """One file. `name` is what messages call it."""

    path: Path
    name: str
    text: str

    @property
    def start(self) -> Place:
        return Place(self.name, 1)


class Folder:
    """A file's folder, and how many files it may still pull in."""

    def __init__(self, main: Path) -> None:
        self.root = main.resolve().parent
        self._left = MAX_FILES

    def read(self, reference: str, at: Place) -> Source:
        """The file of `file://notes.txt` or `notes.txt`. Raises Refusal."""
        return self.open(self._inside(file_of(reference, at), at), at)

    def matches(self, reference: str, at: Place) -> list[Path]:
        """The files of a reference that may hold `*`, sorted. Raises Refusal when there is none."""
        name = file_of(reference, at)
        if not re.search(r"[*?\[]", name):
            return [self._inside(name, at)]
        if {"..", "**"} & set(Path(name).parts) or Path(name).is_absolute():
            raise Refusal(at, f"the pattern {name!r} may lead out of the folder {self.root.name!r}, or far into it")
        found = sorted(path for path in self.root.glob(name) if path.is_file())
        if not found:
            raise Refusal(at, f"no file is like {name!r}")
        return [self._inside(str(path), at) for path in found[: MAX_FILES + 1]]

    def open(self, path: Path, at: Place) -> Source:
        self._left -= 1
        if self._left < 0:
            raise Refusal(at, f"more than {MAX_FILES} files are named")
        return read(path, at)

    def _inside(self, name: str, at: Place) -> Path:
        try:
            path = (self.root / name).resolve()
        except (OSError, RuntimeError, ValueError):
            raise Refusal(at, f"{name!r} is no name of a file") from None
        if not path.is_relative_to(self.root):
            raise Refusal(at, f"the file {name!r} is outside of the folder {self.root.name!r}: it was not read")
        return path


def is_reference(text: str) -> bool:
    return text.startswith("file://") or bool(_NETWORK.match(text) and not re.search(r"\s", text))


def file_of(reference: str, at: Place) -> str:
    """The path in a reference. Raises Refusal for code, for networks and for templates."""
    name = reference.removeprefix("file://")
    if _NETWORK.match(name):
        raise Refusal(at, f"{name.partition('://')[0]}:// is somewhere else: it was not asked", "network")
    if suffix_of(name) in CODE:
        raise Refusal(at, f"{name!r} is code: it was not run", "code")
    if "{{" in name or "${" in name:
        raise Refusal(at, f"{name!r} is put together from variables: it was not resolved", "environment")
    return name


def suffix_of(name: str) -> str:
    """`.py` for `checks.py:grade` and `checks.py`; lower case."""
    found = re.search(r"(\.[A-Za-z0-9]+)(:[A-Za-z_][\w.]*)?$", name)
    return found.group(1).lower() if found else ""


def read(path: Path, at: Place | None = None) -> Source:
    """One file as text. `at` is where it is named, the file itself when it is the first. Raises Refusal."""
    name = shown_path(path)
    here = at or Place(name, 1)
    raw = read_bytes(path, here)
    if b"\0" in raw:
        raise Refusal(Place(name, _line(raw, raw.index(b"\0"))), "it holds NUL bytes: save it as text in UTF-8")
    try:
        return Source(path, name, raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        place = Place(name, _line(raw, error.start))
        raise Refusal(place, f"the byte {raw[error.start]:#04x} is no UTF-8: save it as UTF-8") from None


def read_bytes(path: Path, at: Place) -> bytes:
    """Raises Refusal for what is missing, no regular file or too large."""
    try:
        if not path.is_file():
            raise Refusal(at, f"there is no file {shown_path(path)!r}")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refusal(at, f"{shown_path(path)!r} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise Refusal(at, f"{shown_path(path)!r} has more than {MAX_BYTES} bytes")
    return raw


def _line(raw: bytes, offset: int) -> int:
    return raw[:offset].count(b"\n") + 1
