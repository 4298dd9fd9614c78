"""The key of a lake's data folder, and what is said when database or storage do not do as asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.core.authorization import disable_iam_authentication, enable_iam_authentication

from deployments.cli.health import state
from registry.errors import LedgerUnwritable
from registry.roots import Roots
from tasks.ledger import catalogue
from tasks.ledger.lake import Lake
from tests.registry.runtime.storages import Bucket

pytestmark = [pytest.mark.scale, pytest.mark.timeout(600)]
ON_S3 = pytest.mark.parametrize("address", ["s3"], indirect=True)
SECRETS = ("sesame", "open-s3", "open-token")
"""The password of the database, and what `keys_of_the_environment` sets."""


@pytest.fixture
def engine(address: str) -> Iterator[Lake]:
    """Without the tables of a ledger, which take seconds."""
    opened = Lake(catalogue.address(address), 60)
    yield opened
    opened.close()


@pytest.fixture
def keys_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SECRET_ACCESS_KEY": "open-s3", "SESSION_TOKEN": "open-token"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


def put(engine: Lake, first: int) -> None:
    """Rows enough that they are not kept in the catalogue."""
    rows = f"CREATE TABLE IF NOT EXISTS t (i INT); INSERT INTO t FROM range({first}, {first + 50})"
    with engine.write() as connection:
        engine.commit(connection, lambda: connection.execute(rows))


def count(engine: Lake) -> int:
    with engine.read() as connection:
        return int(connection.execute("SELECT count(DISTINCT i) FROM t").fetchall()[0][0])


@pytest.mark.usefixtures("keys_of_the_environment")
@ON_S3
def test_no_question_shows_a_secret(engine: Lake) -> None:
    with engine.write() as writer, engine.read() as reader:
        for connection in (writer, reader):
            asked = ("duckdb_secrets", "duckdb_settings", "duckdb_databases", "duckdb_logs")
            secrets, *more = [str(connection.execute(f"FROM {name}()").fetchall()) for name in asked]
            assert secrets.count("redacted") >= 3
            assert [secret for secret in SECRETS if secret in "".join((secrets, *more))] == []


Key = tuple[str, str]


@pytest.fixture
def new_key(bucket: Bucket) -> Iterator[Callable[[], Key]]:
    """The storage asks for keys from here on. Each call gives one that is good, and those before are not any more."""
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=bucket.endpoint)
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam.create_user(UserName=bucket.name)
    iam.put_user_policy(
        UserName=bucket.name,
        PolicyName="all",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )

    def made() -> Key:
        with disable_iam_authentication():
            for old in iam.list_access_keys(UserName=bucket.name)["AccessKeyMetadata"]:
                iam.delete_access_key(UserName=bucket.name, AccessKeyId=old["AccessKeyId"])
            key = iam.create_access_key(UserName=bucket.name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    with enable_iam_authentication():
        yield made


@ON_S3
def test_a_key_that_expires_is_renewed_before_it_does(
    engine: Lake, new_key: Callable[[], Key], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """boto3 asks for another one in the last ten minutes of a key; both instances of the engine go on with it."""
    given, config = tmp_path / "key.json", tmp_path / "config"
    config.write_text(f"[profile lake]\ncredential_process = cat {given}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "lake")
    for first in (0, 50):
        name, secret = new_key()
        expires = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
        key = {"Version": 1, "AccessKeyId": name, "SecretAccessKey": secret, "Expiration": expires}
        given.write_text(json.dumps(key))
        put(engine, first)
        assert count(engine) == first + 50


@ON_S3
def test_a_key_that_was_taken_back_is_looked_for_again(
    engine: Lake, new_key: Callable[[], Key], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first use afterwards fails, the next one reads environment and profiles anew."""
    use(monkeypatch, new_key())
    put(engine, 0)
    later = new_key()
    with pytest.raises(LedgerUnwritable, match="InvalidAccessKeyId") as refused:
        put(engine, 50)
    assert "sesame" not in str(refused.value)
    use(monkeypatch, later)
    put(engine, 50)
    with engine.write() as connection:
        assert connection.execute("SELECT count(DISTINCT i) FROM t").fetchall() == [(100,)]


def use(patch: pytest.MonkeyPatch, key: Key) -> None:
    patch.setenv("AWS_ACCESS_KEY_ID", key[0])
    patch.setenv("AWS_SECRET_ACCESS_KEY", key[1])


@ON_S3
def test_storage_that_goes_away_and_comes_back(engine: Lake, bucket: Bucket) -> None:
    put(engine, 0)
    with bucket.out_of_reach():
        for work in (lambda: put(engine, 50), lambda: count(engine)):
            with pytest.raises(LedgerUnwritable, match=r"(404|NoSuchBucket).*Expected: .*promptship doctor") as away:
                work()
            assert "sesame" not in str(away.value)
    put(engine, 50)
    assert count(engine) == 100


@ON_S3
def test_doctor_looks_at_the_bucket_before_the_first_write(address: str, bucket: Bucket, tmp_path: Path) -> None:
    roots = Roots(tmp_path, tmp_path, tmp_path, ledger_at=address)
    assert state.ledger(roots).found.endswith("(not there yet)")
    with bucket.out_of_reach():
        finding = state.ledger(roots)
    assert (finding.state, "NoSuchBucket" in finding.found, "sesame" in str(finding)) == ("problem", True, False)
