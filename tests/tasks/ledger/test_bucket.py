"""What DuckDB is told of a bucket, and what people are told; with a real storage in tests/scale/test_lake_on_s3.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.errors import LedgerUnwritable
from tasks.ledger.bucket import Bucket

Environment = Callable[..., None]


class Told:
    """Stands for a connection: what it was asked to run."""

    def __init__(self) -> None:
        self.secrets: list[dict[str, Any]] = []

    def execute(self, sql: str, params: dict[str, Any]) -> None:
        assert "SECRET promptship" in sql
        self.secrets.append(params)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    """No settings of AWS but a key and those given; `config` is the text of the profile's file."""

    def set_to(config: str = "", **settings: str) -> None:
        (tmp_path / "config").write_text(config)
        places = {"CONFIG_FILE": str(tmp_path / "config"), "SHARED_CREDENTIALS_FILE": "/dev/null"}
        key = {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "sesame", "EC2_METADATA_DISABLED": "true"}
        for name, value in (places | key | settings).items():
            monkeypatch.setenv(f"AWS_{name}", value)

    return set_to


@pytest.mark.parametrize(
    ("bucket", "settings", "expected"),
    [
        ("lake", {}, ("us-east-1", "s3.amazonaws.com", "vhost", True)),
        ("lake", {"DEFAULT_REGION": "eu-west-1"}, ("eu-west-1", "s3.eu-west-1.amazonaws.com", "vhost", True)),
        ("my.lake", {"DEFAULT_REGION": "eu-west-1"}, ("eu-west-1", "s3.eu-west-1.amazonaws.com", "path", True)),
        ("lake", {"ENDPOINT_URL": "http://localhost:9000"}, ("us-east-1", "localhost:9000", "path", False)),
        ("minio", {"ENDPOINT_URL_S3": "https://minio.internal"}, ("us-east-1", "minio.internal", "path", True)),
        ("lake", {"ENDPOINT_URL_S3": "https://x.co/storage/s3"}, ("us-east-1", "x.co/storage/s3", "path", True)),
        (
            "lake",
            {"ENDPOINT_URL": "https://oss.example", "config": "[default]\ns3 =\n  addressing_style = virtual\n"},
            ("us-east-1", "oss.example", "vhost", True),
        ),
    ],
)
def test_duckdb_is_told_what_boto3_finds(
    bucket: str, settings: dict[str, str], expected: tuple[object, ...], environment: Environment
) -> None:
    environment(**settings)
    told = Told()
    Bucket(f"s3://{bucket}/a/lake/").renew(told)  # type: ignore[arg-type]
    (secret,) = told.secrets
    assert (secret["region"], secret["endpoint"], secret["style"], secret["tls"]) == expected
    assert (secret["scope"], secret["key_id"], secret["token"]) == (f"s3://{bucket}/a/lake/", "key", "")


def test_it_is_told_again_only_what_is_new(environment: Environment) -> None:
    environment()
    told, bucket = Told(), Bucket("s3://lake/")
    for token in ("one", "one", "two"):
        environment(SESSION_TOKEN=token)
        bucket.forget()
        bucket.renew(told)  # type: ignore[arg-type]
    assert [secret["token"] for secret in told.secrets] == ["one", "two"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ENDPOINT_URL": "http://127.0.0.1:9"}, "127.0.0.1:9"),
        ({"ENDPOINT_URL": "minio:9000"}, "minio:9000"),
        ({"PROFILE": "nobody"}, "nobody"),
        ({"ACCESS_KEY_ID": "", "SECRET_ACCESS_KEY": ""}, "credentials"),
    ],
)
def test_one_message_says_what_is_wrong(settings: dict[str, str], said: str, environment: Environment) -> None:
    environment(**settings)
    with pytest.raises(LedgerUnwritable, match=r"Expected: .*bucket.*promptship doctor") as refused:
        Bucket("s3://lake/a/").check()
    assert said in refused.value.found
    assert "sesame" not in str(refused.value)
