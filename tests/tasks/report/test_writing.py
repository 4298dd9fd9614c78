from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from registry.runtime.objects import Objects
from tasks.release.workspace import Workspace
from tasks.report.writing import Report, where_the_page_is, write_report
from tests.registry.runtime.storages import Bucket, bucket, s3
from tests.world import World, world

__all__ = ["bucket", "s3"]


def rejected(here: World) -> str:
    record = here.release("v1", until="lint")
    assert record is not None
    return record.release_id


def elsewhere(here: World, url: str) -> Workspace:
    return replace(here.workspace, roots=replace(here.workspace.roots, reports_url=url))


def test_a_report_is_written_here_and_where_others_reach_it(tmp_path: Path, bucket: Bucket) -> None:
    with world(tmp_path) as here:
        release = rejected(here)
        written = write_report(elsewhere(here, bucket.url("reports")), release)
    assert written.shared == f"s3://{bucket.name}/published/reports/{release}.html"
    assert written.page.read_bytes() == bucket.read(f"reports/{release}.html")
    assert written.path.read_bytes() == bucket.read(f"reports/{release}.md")
    head = Objects(bucket.name, "published/reports")._s3.head_object(
        Bucket=bucket.name, Key=f"published/reports/{release}.html"
    )
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert f"{written.page}\n{written.shared}" in where_the_page_is(written)


def test_storage_that_is_away_holds_up_no_release(tmp_path: Path, bucket: Bucket) -> None:
    with world(tmp_path) as here, bucket.out_of_reach():
        written = write_report(elsewhere(here, bucket.url("reports")), rejected(here))
    assert written.page.exists()
    assert written.shared is not None
    assert written.shared.startswith("not shared: s3://")


@pytest.mark.parametrize(("shared", "said"), [(None, "machine:"), ("s3://b/r.html", "machine and shared:")])
def test_where_the_page_is(shared: str | None, said: str) -> None:
    assert said in where_the_page_is(Report(Path("r.md"), "", Path("r.html"), "", shared))
