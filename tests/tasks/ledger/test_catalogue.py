from __future__ import annotations

import pytest

from registry.errors import SettingsError
from registry.roots import Roots
from tasks.ledger.catalogue import address, masked
from tasks.ledger.store import Store

SHARED = "ducklake:postgres:dbname=ledger host=db user=app password='s e s\\'ame'|/data/lake"


def test_an_address_is_read_and_shown_without_its_password() -> None:
    found = address(SHARED)
    assert (found.conninfo, found.data) == ("dbname=ledger host=db user=app password='s e s\\'ame'", "/data/lake/")
    assert found.name == "ducklake:postgres:dbname=ledger host=db user=app password=***|/data/lake/"
    assert repr(found) == f"Address({found.name!r})"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=sesame host=x", "password=*** host=x"),
        ("PASSWORD = 'ses ame'", "PASSWORD=***"),
        ("postgresql://app:sesame@db/ledger", "postgresql://app:***@db/ledger"),
        ('at "host=x password=sesame": refused', 'at "host=x password=***": refused'),
        ("host=x dbname=y", "host=x dbname=y"),
    ],
)
def test_passwords_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ducklake:postgres:password=sesame|relative/folder",
        "ducklake:postgres:password=sesame|s3://bucket/lake",
        "ducklake:postgres:password=sesame",
        "ducklake:sqlite:a.db|/data",
        "postgresql://app:sesame@db/ledger",
    ],
)
def test_an_address_of_another_kind_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(SettingsError, match="not known") as refused:
        Store.open(text)
    assert "sesame" not in str(refused.value)


def test_the_setting_is_used_and_never_shown() -> None:
    roots = Roots.find({"PROMPTSHIP_HOME": "/x", "PROMPTSHIP_LEDGER": SHARED})
    assert "ame" not in repr(roots).replace("name", "")
    assert Store.of(roots).name == address(SHARED).name
    with pytest.raises(Exception, match="not one file"):
        _ = Store.of(roots).path
