"""The backup file: a gzipped tar, its manifest first. What is not as the manifest says is not taken."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Literal, NoReturn

from pydantic import AfterValidator, AwareDatetime, ValidationError

from registry.errors import LedgerError
from registry.strict import Strict

MANIFEST = "manifest.json"
_CHUNK = 1 << 20


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name:
        raise ValueError(f"{name!r} leads out of the home")
    return name


class Manifest(Strict):
    """`files` maps each file's name to its sha256; `lock` is the text of registry.lock then, None without one."""

    format: Literal[1] = 1
    made_at: AwareDatetime
    schema_version: int
    lock: str | None
    files: dict[Annotated[str, AfterValidator(_inside)], str]


def write(folder: Path, file: Path, *, made_at: datetime, schema_version: int, lock: str | None) -> Manifest:
    """All files under `folder`, as an archive at `file`, which only its owner may read: it has the key of the units."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {name: _sha(folder / name) for name in names}
    manifest = Manifest(made_at=made_at, schema_version=schema_version, lock=lock, files=files)
    file.touch(mode=0o600)
    with tarfile.open(file, "w:gz", compresslevel=3) as archive:
        text = manifest.model_dump_json(indent=1).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for name in names:
            archive.add(folder / name, name, recursive=False)
    return manifest


def unpack(file: Path, folder: Path, needed: str) -> Manifest:
    """Its files under `folder`, `needed` among them. Raises LedgerError for a file that is no whole backup."""
    with _readable(file), tarfile.open(file, "r:gz") as archive:
        members = iter(archive)
        first = next(members, None)
        if first is None or first.name != MANIFEST:
            _refuse(file, f"it does not begin with {MANIFEST}")
        manifest = Manifest.model_validate_json(_content(archive, first).read())
        found = {_take(archive, member, folder, manifest, file) for member in members}
    missing = sorted((manifest.files.keys() | {needed}) - found)
    if missing:
        _refuse(file, f"{missing[0]} is missing" + (f", and {len(missing) - 1} more" if len(missing) > 1 else ""))
    return manifest


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, manifest: Manifest, file: Path) -> str:
    if not member.isfile() or member.name not in manifest.files:
        _refuse(file, f"{member.name!r} is not in its manifest")
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600 if member.mode & 0o077 == 0 else 0o644)
    source = _content(archive, member)
    with target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
    if _sha(target) != manifest.files[member.name]:
        _refuse(file, f"{member.name} is not what its manifest says")
    return member.name


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(member) or io.BytesIO()


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        _refuse(file, f"its manifest is not understood: {error.errors()[0]['msg']}")
    except (OSError, EOFError, tarfile.TarError) as error:
        _refuse(file, str(error))


def _refuse(file: Path, why: str) -> NoReturn:
    raise LedgerError(
        f"{file} is no backup that can be restored: {why}",
        expected="a whole file that `promptship backup` has written",
        fix="Take another backup; nothing was changed",
    ) from None
