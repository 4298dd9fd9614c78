"""Finished calls on disk, one small JSON file each, so that a killed run goes on without paying twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from registry.runtime.drivers import Reply

FORMAT = 1
_REPLY = TypeAdapter(Reply)


class Cache:
    """`<root>/<2 hex>/<sha>.json`. An entry that is damaged or of another format is as good as none."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> Reply | None:
        try:
            entry = json.loads(self._path(key).read_bytes())
            body = entry["reply"]
            whole = entry["format"] == FORMAT and entry["key"] == key and entry["sha"] == _sha(body)
            return _REPLY.validate_python(body) if whole else None
        except (OSError, ValueError, TypeError, KeyError, ValidationError):
            return None

    def put(self, key: str, reply: Reply) -> None:
        body = _REPLY.dump_python(reply, mode="json")
        entry = {"format": FORMAT, "key": key, "sha": _sha(body), "reply": body}
        self._write(self._path(key), json.dumps(entry))

    def _write(self, path: Path, text: str) -> None:
        """In place: half an entry is known by its sha, and a rename would cost as much as all the rest of a case."""
        try:
            path.write_text(text, encoding="utf-8")
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def _path(self, key: str) -> Path:
        return self._root / key[:2] / f"{key}.json"


def _sha(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
