from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from registry.runtime.unit_key import UnitKey


def test_variable_wins_and_leaves_no_file(tmp_path: Path) -> None:
    key = UnitKey.find(tmp_path, {"PROMPTSHIP_UNIT_KEY": "k"})
    assert key.hide("user-1") == hmac.new(b"k", b"user-1", hashlib.sha256).hexdigest()
    assert list(tmp_path.iterdir()) == []


def test_file_is_made_once_and_private(tmp_path: Path) -> None:
    first = UnitKey.find(tmp_path / "home", {})
    second = UnitKey.find(tmp_path / "home", {})
    file = tmp_path / "home" / "unit.key"
    assert first == second
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["unit.key"]


def test_id_tells_keys_apart_and_nothing_else(tmp_path: Path) -> None:
    one, other = UnitKey(b"one"), UnitKey(b"other")
    assert one.id != other.id
    assert "one" not in repr(one)
