from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from registry.errors import InvalidFile
from registry.models import Price
from registry.models_lock import LockedModel, read, write

ENTRY = LockedModel(
    requested="p/m@1",
    resolved="m",
    driver="litellm",
    litellm="1.106.2",
    parameters=("messages", "temperature"),
    prompt_tokens=(1, None, 3),
    finish_reasons=("length",),
    price=Price(input_per_million=1, output_per_million=2),
    retires=date(2027, 1, 14),
    locked_at=datetime(2026, 11, 21, tzinfo=UTC),
)


def test_what_is_written_is_read_and_sorted(tmp_path: Path) -> None:
    path = tmp_path / "models.lock"
    write(path, {"b": ENTRY, "a": ENTRY})
    assert read(path) == {"a": ENTRY, "b": ENTRY}
    assert [line[:3] for line in path.read_text().splitlines()] == ["{", '"a"', '"b"', "}"]
    write(path, {})
    assert read(path) == {}


def test_no_file_is_no_entry_and_a_broken_one_an_error(tmp_path: Path) -> None:
    assert read(tmp_path / "models.lock") == {}
    (tmp_path / "models.lock").write_text("<<<<<<< ours")
    with pytest.raises(InvalidFile, match="write it again"):
        read(tmp_path / "models.lock")
