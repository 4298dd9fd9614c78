"""Permission by environment, enforced by the storage: modes on a disk, the policies of docs/access.md on S3."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest
from moto.core.authorization import enable_iam_authentication

from registry.errors import AccessDenied
from registry.runtime.access import writable
from registry.runtime.objects import Denied, Objects
from registry.runtime.publishing import LocalPublisher, Publisher, Reader
from registry.runtime.publishing_s3 import S3Publisher
from registry.runtime.reading import Reading
from registry.runtime.resolution import Resolver
from registry.runtime.routes import RouteTable
from registry.runtime.routes_change import stamped
from tests.permissions import heeded, read_only
from tests.registry.runtime.conftest import AT, artifact, model
from tests.registry.runtime.storages import Bucket
from tests.registry.runtime.world import PROMPT, Time, live

Role = Literal["staging", "application"]
DOCS = Path(__file__).parents[3] / "docs/access.md"
READER = Reader("host-1", 1, AT, 0)


class Accounts(ABC):
    """Storage with something live in production, and accounts that may do less than its owner."""

    @abstractmethod
    def owner(self) -> Publisher: ...

    @abstractmethod
    def acting(self, role: Role) -> AbstractContextManager[Publisher]:
        """Who releases to staging, or an application of production; for as long as the block lasts."""


class OnDisk(Accounts):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def owner(self) -> Publisher:
        return LocalPublisher(self.folder / "artifacts", self.folder / "routes")

    @contextmanager
    def acting(self, role: Role) -> Iterator[Publisher]:
        production = self.folder / "routes/production"
        (production / "readers").mkdir(exist_ok=True)
        (self.folder / "routes/staging").mkdir(exist_ok=True)
        with ExitStack() as stack:
            if role == "staging":
                stack.enter_context(read_only(production))
            else:
                stack.enter_context(read_only(self.folder))
                (production / "readers").chmod(0o755)
            yield self.owner()


class OnS3(Accounts):
    """Policies hold only while somebody acts: the server is a thread of this process."""

    def __init__(self, bucket: Bucket, patch: pytest.MonkeyPatch) -> None:
        self.bucket, self.patch = bucket, patch
        self.policies: dict[Role, Any] = dict(zip(("staging", "application"), _documented(bucket.name), strict=True))

    def owner(self) -> Publisher:
        return self._publisher()

    @contextmanager
    def acting(self, role: Role) -> Iterator[Publisher]:
        key = self._account(role)
        with self.patch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
            patch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
            with enable_iam_authentication():
                yield self._publisher()

    def _publisher(self) -> Publisher:
        return S3Publisher.at(f"s3://{self.bucket.name}/artifacts", f"s3://{self.bucket.name}/routes")

    def _account(self, role: Role) -> dict[str, str]:
        iam = boto3.client("iam", endpoint_url=self.bucket.endpoint, region_name="us-east-1")
        name = f"{role}-{self.bucket.name}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="access", PolicyDocument=json.dumps(self.policies[role]))
        found: dict[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
        return found


def _documented(bucket: str) -> Iterator[Any]:
    """The two policies of the page, for this bucket. moto knows no conditions, so there are none in them."""
    blocks = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    for text in blocks[:2]:
        yield json.loads(text.replace("arn:aws:s3:::promptship", f"arn:aws:s3:::{bucket}"))


@pytest.fixture(params=["disk", "s3"])
def accounts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """v1 is live in production."""
    found: Accounts = OnDisk(tmp_path)
    if request.param == "s3":
        found = OnS3(request.getfixturevalue("bucket"), monkeypatch)
    owner = found.owner()
    owner.put_models("production", {"one": model("one")})
    owner.put_artifact(artifact())
    publish(owner, "production", live(artifact()))
    return found


def publish(
    publisher: Publisher, environment: str, change: Callable[[RouteTable], RouteTable] = lambda table: table
) -> RouteTable:
    before = publisher.read_table(environment)
    after = stamped(change(before), operation=f"op_{before.generation + 1}", at=AT, by="test")
    publisher.swap(after, before.generation)
    return after


def test_who_releases_to_staging_reads_production_and_does_not_write_it(accounts: Accounts) -> None:
    before = accounts.owner().read_table("production")
    with accounts.acting("staging") as publisher:
        publisher.check_writable("staging")
        publisher.put_artifact(artifact("v2"))
        publisher.put_models("staging", {"two": model("two")})
        publish(publisher, "staging", live(artifact("v2")))
        for refused in (
            lambda: publisher.check_writable("production"),
            lambda: publish(publisher, "production"),
            lambda: publisher.put_models("production", {"one": model("one", reach={"endpoint": "http://evil"})}),
        ):
            with pytest.raises(AccessDenied, match="may not write the routes of 'production'"):
                refused()
        assert publisher.read_table("production") == before
        assert publisher.environments() == ["production", "staging"]
    owner = accounts.owner()
    assert (owner.read_table("production"), owner.operations("production")) == (before, {"op_1": 1})
    assert list(owner.read_models("production")) == [model("one").key]
    assert owner.read_table("staging").generation == 1


def test_an_application_resolves_and_reports_itself_and_publishes_nothing(accounts: Accounts) -> None:
    with accounts.acting("application") as publisher:
        reading = Reading(publisher, "production", poll_s=1.0, clock_skew_s=10.0, clock=Time().clock)
        resolver = Resolver(publisher, reading)
        found = resolver.resolve(PROMPT, "unit")
        assert (found.artifact, found.problem) == (artifact(), None)
        assert resolver.model(found.artifact.model) == model("one")
        publisher.report_reader("production", READER)
        for refused in (
            lambda: publisher.check_writable("production"),
            lambda: publish(publisher, "production"),
            lambda: publisher.put_models("production", {"two": model("two")}),
            lambda: publisher.put_artifact(artifact("v2")),
        ):
            with pytest.raises(AccessDenied):
                refused()
    assert accounts.owner().readers("production") == [READER]
    assert accounts.owner().read_table("production").generation == 1


def test_where_reading_is_refused_too_it_is_an_error_of_the_storage(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OnS3(bucket, monkeypatch).acting("application") as publisher:
        with pytest.raises(Denied, match="AccessDenied"):
            publisher.read_table("staging")
        assert publisher.read_table("production").generation == 0


class Forgetful(Objects):
    """History is refused after its table was written."""

    def put(self, key: str, content: bytes, media_type: str = "") -> None:
        if "/history/" in key:
            raise Denied(key)
        super().put(key, content, media_type)


def test_what_was_published_is_never_said_to_be_refused(bucket: Bucket) -> None:
    publisher = S3Publisher(Objects(bucket.name, "artifacts"), Forgetful(bucket.name, "routes"))
    with pytest.raises(Denied):
        publish(publisher, "production")
    assert publisher.operations("production") == {"op_1": 1}


@pytest.mark.parametrize("storage", ["disk", "s3"])
def test_a_process_may_be_kept_to_some_environments(
    storage: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    writes = frozenset({"staging", "sandbox"})
    publisher: Publisher = LocalPublisher(tmp_path / "artifacts", tmp_path / "routes", writes)
    if storage == "s3":
        bucket: Bucket = request.getfixturevalue("bucket")
        publisher = S3Publisher.at(bucket.url("artifacts"), bucket.url("routes"), writes)
    publisher.check_writable("staging")
    publish(publisher, "staging")
    for refused in (
        lambda: publisher.check_writable("production"),
        lambda: publish(publisher, "production"),
        lambda: publisher.put_models("production", {"one": model("one")}),
    ):
        with pytest.raises(AccessDenied, match="PROMPTSHIP_WRITES lets this process write sandbox, staging, and not"):
            refused()
    assert publisher.environments() == ["staging"]


def test_writable_is_what_writing_comes_to(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    (folder / "file").parent.mkdir()
    (folder / "file").touch(mode=0o444)
    assert writable(folder / "new" / "deeper")
    with read_only(folder):
        assert not writable(folder)
        assert not writable(folder / "new" / "deeper")
    with heeded():
        assert not writable(folder / "file")
        folder.chmod(0o000)
        assert not writable(folder / "file" / "below")
        folder.chmod(0o755)
