from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.catalog import Catalog
from tests.world import PROMPT

from .conftest import RELEASE, Place
from .test_bad_input import held

Promptship = Callable[..., Any]
UNIT_KEY = "a key"


@pytest.fixture
def full(place: Place) -> Place:
    """Two versions live one after the other, a canary, an intent, a segment that waits, and the key."""
    place.serve("v1")
    place.canary("v2")
    for name, text in (
        ("outbox/op_1.json", "{}"),
        ("spool/ready/a.jsonl", "{}\n"),
        ("spool/part/b.jsonl", "half"),
        ("reports/rel/report.html", "<p>"),
        ("cache/aa/b.json", "{}"),
        ("unit.key", UNIT_KEY),
    ):
        path = place.roots.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (place.roots.home / "unit.key").chmod(0o600)
    return place


@pytest.fixture
def saved(full: Place, promptship: Promptship, tmp_path: Path) -> Path:
    file = tmp_path / "backups" / "state.tar.gz"
    assert promptship("backup", str(file)).code == 0
    return file


def test_a_backup_is_put_into_an_empty_home(full: Place, saved: Path, promptship: Promptship) -> None:
    before = full.files()
    table = full.table
    shutil.rmtree(full.roots.home)
    said = promptship("restore", str(saved), "--json")
    assert (said.code, said.document["releases"], said.document["aside"]) == (0, 1, None)
    assert said.document["same_lock"] is True
    assert full.table == table
    assert full.store.rows("SELECT release_id FROM release") == [{"release_id": RELEASE}]
    assert (full.roots.home / "unit.key").stat().st_mode & 0o777 == 0o600
    assert (full.roots.public / "changelog.duckdb").exists()
    wanted = ("artifacts/", "routes/demo", "outbox/", "spool/ready/", "reports/", "unit.key")
    home = str(full.roots.home) + "/"
    kept = {path: text for path, text in before.items() if path.removeprefix(home).startswith(wanted)}
    kept = {path: text for path, text in kept.items() if not path.endswith("/.lock")}
    assert len(kept) >= 7
    assert {path: full.files().get(path) for path in kept} == kept
    assert not (full.roots.home / "cache").exists()


def test_routes_of_an_earlier_layout_are_refused_and_come_over_in_a_backup(
    full: Place, promptship: Promptship, tmp_path: Path
) -> None:
    """One folder for all environments, as it was; the models were shared."""
    routes, table, file = full.roots.routes, full.table, tmp_path / "state.tar.gz"
    full.publisher.put_models("demo", Catalog(full.roots.registry).models)
    models = full.publisher.read_models("demo")
    for new, old in (
        ("demo/table.json", "demo.json"),
        ("demo/history", "history/demo"),
        ("demo/models.json", "models.json"),
    ):
        (routes / old).parent.mkdir(exist_ok=True)
        (routes / new).rename(routes / old)
    (routes / "readers").mkdir()
    (routes / "readers" / "host-1.json").write_text("{}")
    assert "earlier promptship" in promptship("live", "show", "-e", "demo").err
    assert "earlier layout" in promptship("doctor").out
    assert promptship("backup", str(file)).code == 0
    assert promptship("restore", str(file), "--replace").code == 0
    assert (full.table, full.publisher.read_models("demo")) == (table, models)
    assert sorted(full.publisher.operations("demo").values()) == list(range(1, table.generation + 1))
    assert [path.name for path in routes.iterdir()] == ["demo"]


def test_only_its_owner_may_read_it(saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_home_with_state_is_replaced_only_when_told_and_kept_aside(
    full: Place, saved: Path, promptship: Promptship
) -> None:
    (full.roots.outbox / "op_2.json").write_text("later")
    full.change(full.table)
    later = full.table.generation
    before = full.files()
    said = promptship("restore", str(saved))
    assert (said.code, "--replace" in said.err) == (3, True)
    assert full.files() == before
    said = promptship("restore", str(saved), "--replace", "--json")
    aside = Path(said.document["aside"])
    assert (full.table.generation, [path.name for path in full.roots.outbox.iterdir()]) == (later - 1, ["op_1.json"])
    assert json.loads((aside / "routes/demo/table.json").read_text())["generation"] == later
    assert sorted(path.name for path in (aside / "outbox").iterdir()) == ["op_1.json", "op_2.json"]
    assert (aside / "ledger.duckdb").exists()
    assert "Restart applications" in promptship("restore", str(saved), "--replace").out


def test_nothing_is_backed_up_without_a_ledger(place: Place, promptship: Promptship, tmp_path: Path) -> None:
    said = promptship("backup", str(tmp_path / "x.tar.gz"))
    assert (said.code, "there is no ledger" in said.err) == (3, True)
    assert not (tmp_path / "x.tar.gz").exists()


def test_a_ledger_in_use_is_not_replaced(
    full: Place, saved: Path, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.backup import restoring

    monkeypatch.setattr(restoring, "_WAIT_S", 0.1)
    before = full.files()
    with held(full.roots.ledger):
        assert promptship("restore", str(saved), "--replace").err.startswith("PS-E601")
    assert full.files() == before


def _again(file: Path, changed: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    """Write the archive anew, each entry as `changed` gives it."""
    with tarfile.open(file, "r:gz") as old:
        entries = [(one.name, (old.extractfile(one) or io.BytesIO()).read()) for one in old]
    with tarfile.open(file, "w:gz") as new:
        for name, content in filter(None, (changed(name, content) for name, content in entries)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def _edited(file: Path) -> None:
    _again(file, lambda name, content: (name, b"other" if name == "unit.key" else content))


def _without_ledger(file: Path) -> None:
    _again(file, lambda name, content: None if name == "ledger.duckdb" else (name, content))


def _climbing(file: Path) -> None:
    _again(file, lambda name, content: ("../../evil" if name == "unit.key" else name, content))


def _climbing_manifest(file: Path) -> None:
    _again(file, lambda name, content: (name, content.replace(b'"unit.key"', b'"../unit.key"')))


def _newer(file: Path) -> None:
    _again(file, lambda name, content: (name, content.replace(b'"format": 1', b'"format": 2')))


def _no_archive(file: Path) -> None:
    file.write_text("nothing of the kind")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_cut, "no backup"),
        (_edited, "unit.key is not what its manifest says"),
        (_without_ledger, "ledger.duckdb is missing"),
        (_climbing, "is not in its manifest"),
        (_climbing_manifest, "leads out of the home"),
        (_newer, "manifest is not understood"),
        (_no_archive, "no backup"),
    ],
)
def test_a_file_that_is_no_whole_backup_changes_nothing(
    full: Place, saved: Path, promptship: Promptship, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(saved)
    before = full.files()
    said = promptship("restore", str(saved), "--replace")
    assert (said.code, words in said.err) == (3, True), said.err
    assert full.files() == before


def test_a_change_of_the_registry_since_is_told(full: Place, saved: Path, promptship: Promptship) -> None:
    lock = full.roots.registry / "registry.lock"
    lock.write_text(lock.read_text() + "\n")
    said = promptship("restore", str(saved), "--replace")
    assert "registry.lock is another one now" in said.out
    assert PROMPT in full.table.prompts


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PROMPTSHIP_LEDGER", "ducklake:postgres:dbname=x password=sesame|/data"),
        ("PROMPTSHIP_ARTIFACTS", "s3://bucket/a"),
    ],
)
def test_state_of_other_storage_is_left_to_its_own_backups(
    full: Place, promptship: Promptship, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv(setting, value)
    said = promptship("backup", str(tmp_path / "x.tar.gz"))
    assert (said.code, "not in its home" in said.err, "sesame" in said.err) == (3, True, False)
