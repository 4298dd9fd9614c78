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
    ("data", "read", "on_s3"),
    [
        ("/data/lake//", "/data/lake/", False),
        ("s3://bucket", "s3://bucket/", True),
        ("s3://my.bucket-1/a/lake_1", "s3://my.bucket-1/a/lake_1/", True),
    ],
)
def test_the_data_folder_may_be_in_a_bucket(data: str, read: str, on_s3: bool) -> None:
    found = address(f"ducklake:postgres:dbname=ledger|{data}")
    assert (found.data, found.on_s3) == (read, on_s3)


@pytest.mark.parametrize(
    ("conninfo", "password", "openly"),
    [
        ("dbname=ledger password='s e s\\'ame' sslmode=require", "s e s'ame", "dbname=ledger sslmode=require"),
        ("postgresql://app:se%27s@db:5433/ledger", "se's", "user=app dbname=ledger host=db port=5433"),
        ("passfile=/run/pgpass dbname=ledger", None, "passfile=/run/pgpass dbname=ledger"),
    ],
)
def test_the_password_is_parted_from_the_rest(conninfo: str, password: str | None, openly: str) -> None:
    found = address(f"ducklake:postgres:{conninfo}|/data")
    assert (found.password, found.openly) == (password, openly)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=sesame host=x", "password=*** host=x"),
        ("PASSWORD = 'ses ame'", "PASSWORD=***"),
        ("postgresql://app:sesame@db/ledger", "postgresql://***@db/ledger"),
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
        "ducklake:postgres:password=sesame|s3://",
        "ducklake:postgres:password=sesame|s3://Bucket/lake",
        "ducklake:postgres:password=sesame|s3://bucket/lake*",
        "ducklake:postgres:password=sesame|s3://key:sesame@bucket/lake",
        "ducklake:postgres:dbname=x|s3://bucket/lake?s3_secret_access_key=sesame",
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
