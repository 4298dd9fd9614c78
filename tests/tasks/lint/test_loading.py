"""A registry on disk, and the checkout's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry.catalog import Catalog
from tasks.lint.lint import lint
from tasks.lint.loading import load, version_before
from tasks.release.verdict import Verdict

REGISTRY = Path(__file__).parents[3] / "registry"
CHECKOUT = Catalog(REGISTRY)
VERSIONS = [(prompt, version) for prompt in CHECKOUT.prompts() for version in CHECKOUT.versions(prompt)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The checkout's registry with a v1 of one prompt, and nothing locked."""
    for name in ("models.yaml", "metrics.yaml"):
        shutil.copy(REGISTRY / name, tmp_path / name)
    shutil.copytree(REGISTRY / "policies", tmp_path / "policies")
    (tmp_path / "prompts/order-extract").mkdir(parents=True)
    shutil.copy(REGISTRY / "prompts/order-extract/v1.yaml", tmp_path / "prompts/order-extract/v1.yaml")
    return tmp_path


def _write(folder: Path, version: str, old: str = "", new: str = "") -> None:
    prompts = folder / "prompts/order-extract"
    text = (prompts / "v1.yaml").read_text(encoding="utf-8").replace("version: v1", f"version: {version}")
    (prompts / f"{version}.yaml").write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("prompt", "version"), VERSIONS)
def test_what_we_ship_is_clean(prompt: str, version: str) -> None:
    report = lint(load(CHECKOUT, prompt, version, previous=version_before(CHECKOUT, prompt, version)))
    assert report.verdict is Verdict.PASS, report.findings


def test_a_copy_is_a_duplicate(folder: Path) -> None:
    _write(folder, "v2")
    codes = {finding.code for finding in lint(load(Catalog(folder), "order-extract", "v2")).findings}
    assert "PS109" in codes


def test_what_it_is_compared_with(folder: Path) -> None:
    for number in range(2, 11):
        _write(folder, f"v{number}", "seed: 7", f"seed: {number}0")
    catalog = Catalog(folder)
    assert version_before(catalog, "order-extract", "v10") == "v9"
    assert version_before(catalog, "order-extract", "v1") is None
    assert load(catalog, "order-extract", "v10").previous is None
    subject = load(catalog, "order-extract", "v10", previous="v9")
    assert subject.previous == catalog.read("order-extract", "v9")
    assert lint(subject).components_changed == ("decoding",)


def test_a_locked_file_that_changed_is_a_finding(folder: Path) -> None:
    Catalog(folder).lock_all()
    path = folder / "prompts/order-extract/v1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("seed: 7", "seed: 8"), encoding="utf-8")
    report = lint(load(Catalog(folder), "order-extract", "v1", requires_lock=True))
    assert [finding.code for finding in report.findings] == ["PS106"]


def test_another_version_that_cannot_be_read_does_not_matter(folder: Path) -> None:
    (folder / "prompts/order-extract/v7.yaml").write_text("nonsense: [", encoding="utf-8")
    assert lint(load(Catalog(folder), "order-extract", "v1")).verdict is Verdict.PASS
