from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry.importers import source
from registry.importers.notes import Place, Refusal
from registry.importers.source import Folder, read, suffix_of

AT = Place("config.yaml", 3)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "a.txt").write_text("a")
    (inside / "b.txt").write_text("b")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    return Folder(inside / "config.yaml")


@pytest.mark.parametrize(("reference", "kind", "why"), [
    ("file://../secret.txt", "refused", "outside"),
    ("../secret.txt", "refused", "outside"),
    ("file:///etc/passwd", "refused", "outside"),
    ("/etc/passwd", "refused", "outside"),
    ("file://link.txt", "refused", "outside"),
    ("file://sub/../../secret.txt", "refused", "outside"),
    ("file://missing.txt", "refused", "no file"),
    ("file://.", "refused", "no file"),
    ("file://a\0.txt", "refused", "no name"),
    ("file://make.py", "code", "not run"),
    ("file://make.py:prompt", "code", "not run"),
    ("file://make.JS", "code", "not run"),
    ("file://{{ env.HOME }}/a.txt", "environment", "not resolved"),
    ("file://${HOME}/a.txt", "environment", "not resolved"),
    ("https://example.com/a.txt", "network", "not asked"),
    ("langfuse://prompt:3", "network", "not asked"),
])  # fmt: skip
def test_what_is_not_read(folder: Folder, reference: str, kind: str, why: str) -> None:
    with pytest.raises(Refusal, match=why) as refused:
        folder.read(reference, AT)
    assert refused.value.kind == kind


def test_what_is_read(folder: Folder) -> None:
    assert folder.read("file://a.txt", AT).text == "a"
    assert folder.read("b.txt", AT).text == "b"
    assert [path.name for path in folder.matches("file://[ab].txt", AT)] == ["a.txt", "b.txt"]


@pytest.mark.parametrize("pattern", ["../*.txt", "/etc/*", "**/*.txt", "l*.txt", "*.none"])
def test_patterns_stay_in_the_folder(folder: Folder, pattern: str) -> None:
    with pytest.raises(Refusal):
        folder.matches(pattern, AT)


@pytest.mark.parametrize(("raw", "line", "why"), [
    (b"a\nb\xff", 2, "no UTF-8"),
    ("hello".encode("utf-16"), 1, "no UTF-8|NUL"),
    (b"a\n\nb\0c", 3, "NUL"),
])  # fmt: skip
def test_odd_encodings_are_refused_with_their_line(tmp_path: Path, raw: bytes, line: int, why: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(raw)
    with pytest.raises(Refusal, match=why) as refused:
        read(file)
    assert refused.value.place.line == line


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    assert read(tmp_path / "a.txt").text == "a\nb\n"


def test_huge_files_and_pipes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    (tmp_path / "a.txt").write_text("x" * 11)
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("a.txt", "pipe.txt"):
        with pytest.raises(Refusal):
            read(tmp_path / name)


def test_a_config_names_so_many_files_and_no_more(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_FILES", 2)
    bounded = Folder(folder.root / "config.yaml")
    bounded.read("a.txt", AT)
    bounded.read("b.txt", AT)
    with pytest.raises(Refusal, match="more than 2 files"):
        bounded.read("a.txt", AT)


@pytest.mark.parametrize(("name", "suffix"), [
    ("a.py", ".py"), ("a.py:run", ".py"), ("x/a.Ts:mod.run", ".ts"), ("a.txt", ".txt"), ("a", ""), ("gpt-4.1-mini", ""),
])  # fmt: skip
def test_suffixes(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix
