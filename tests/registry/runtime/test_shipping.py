from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import SettingsError
from registry.roots import Roots
from registry.runtime.objects import Objects
from registry.runtime.segment import sealed
from registry.runtime.shipping import ship
from registry.runtime.spool import Spool
from registry.runtime.storage import shipped
from tests.registry.runtime.storages import Bucket


def seal(folder: Path, *numbers: int) -> list[str]:
    """One segment for each number; their names."""
    for number in numbers:
        spool = Spool(folder)
        spool.log({"number": number})
        spool.close()
    return [path.name for path in sealed(folder)]


@pytest.fixture
def there(bucket: Bucket) -> Objects:
    return Objects(bucket.name, "spool")


def test_what_is_there_is_no_longer_here(tmp_path: Path, there: Objects) -> None:
    names = seal(tmp_path, 1, 2)
    done = ship(tmp_path, there)
    assert (list(done.segments), done.size) == (names, 28)
    assert (sealed(tmp_path), there.names("ready")) == ([], names)
    assert ship(tmp_path, there).segments == ()


def test_what_a_dead_process_left_is_shipped_too(tmp_path: Path, there: Objects) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "ready").mkdir()
    (tmp_path / "part" / "20261121T000000-host-1-a.jsonl").write_bytes(b'{"number": 1}\n{"num')
    (name,) = ship(tmp_path, there).segments
    found = there.get(f"ready/{name}")
    assert found is not None
    assert found.content == b'{"number": 1}\n'


def test_a_kill_between_upload_and_removal_leaves_one(tmp_path: Path, there: Objects) -> None:
    names = seal(tmp_path, 1)

    def killed(path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            ship(tmp_path, there)
    assert ([path.name for path in sealed(tmp_path)], there.names("ready")) == (names, names)
    assert list(ship(tmp_path, there).segments) == names
    assert (sealed(tmp_path), there.names("ready")) == ([], names)


def test_what_cannot_be_uploaded_stays_here(tmp_path: Path) -> None:
    seal(tmp_path, 1)

    class Down(Objects):
        def exchange(self, *_: object, **__: object) -> None:
            raise ConnectionError("no route")

    with pytest.raises(ConnectionError):
        ship(tmp_path, Down("bucket", ""))
    assert len(sealed(tmp_path)) == 1


def test_an_upload_of_another_that_did_not_end_keeps_the_segment(tmp_path: Path, bucket: Bucket) -> None:
    """Two at once: the storage refuses this one, and the other one fails after all."""
    from registry.runtime.objects import Lost

    class Refusing(Objects):
        def exchange(self, key: str, *_: object, **__: object) -> None:
            raise Lost(key)

    seal(tmp_path, 1)
    assert ship(tmp_path, Refusing(bucket.name, "spool")).segments == ()
    assert len(sealed(tmp_path)) == 1


def test_the_place_is_a_setting(tmp_path: Path) -> None:
    assert shipped(Roots(tmp_path, tmp_path, tmp_path)) is None
    assert str(shipped(Roots(tmp_path, tmp_path, tmp_path, spool_url="s3://bucket/spool"))) == "s3://bucket/spool/"
    with pytest.raises(SettingsError, match="s3://bucket/prefix"):
        shipped(Roots(tmp_path, tmp_path, tmp_path, spool_url="/mnt/spool"))
