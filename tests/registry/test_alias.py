from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.catalog import Catalog
from registry.errors import AliasRefused, NoRoute, UsageError
from registry.prompt_book import PromptBook
from registry.runtime.artifact_file import from_behavior
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import Pinned
from registry.runtime.routes_change import go_live, stamped

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def book(root: Path, monkeypatch: pytest.MonkeyPatch) -> PromptBook:
    """greet@v2 is live in production, v1 in staging, and the newest is v10."""
    monkeypatch.setenv("PROMPTSHIP_REGISTRY", str(root))
    monkeypatch.setenv("PROMPTSHIP_HOME", str(root / "home"))
    catalog, publisher = Catalog(root), LocalPublisher(root / "home/artifacts", root / "home/routes")
    for environment, name in (("production", "v2"), ("staging", "v1")):
        version = catalog.get("greet", name)
        behavior = catalog.behavior(version)
        publisher.put_artifact(from_behavior(behavior))
        empty = publisher.read_table(environment)
        table = go_live(empty, "greet", version.use_case, Pinned(version=name, behavior=behavior.sha))
        publisher.swap(stamped(table, operation=f"op_{name}", at=NOW, by="test"), 0)
    return PromptBook()


@pytest.mark.parametrize(("prompt_id", "version", "meant"), [
    ("greet", "latest", "version='v10', which it would mean today"),
    ("greet", "production", "version='v2', which is live in production today"),
    ("greet", "staging", "version='v1', which is live in staging today"),
    ("greet", "greet@production", "version='v2', which is live in production today"),
    ("greet", "greet@live", "version='v2', which is live in production today"),
    ("greet", "live", "version='v1', which is live in staging today"),
    ("greet", "greet@latest", "version='v10'"),
    ("greet", "greet@v2", "Write the two apart: 'greet', version='v2'"),
    ("greet@production", "v1", "version='v2', which is live in production today"),
    ("greet", "canary", "Serve what is live there with the client of its environment"),
    ("greet", "sandbox", "Serve what is live there with the client of 'sandbox'"),
])  # fmt: skip
def test_an_alias_is_refused_with_what_it_would_have_meant(
    book: PromptBook, prompt_id: str, version: str, meant: str
) -> None:
    with pytest.raises(AliasRefused) as refused:
        book.get(prompt_id, version=version)
    assert meant in str(refused.value)


def test_the_routes_of_another_registry_say_nothing(book: PromptBook, monkeypatch: pytest.MonkeyPatch) -> None:
    root = book.catalog.root
    monkeypatch.setenv("PROMPTSHIP_REGISTRY", str(root.parent))
    with pytest.raises(AliasRefused, match="with the client of 'production'"):
        Catalog(root).get("greet", "production")


def test_a_use_case_is_had_through_the_routes(book: PromptBook) -> None:
    live = book.get(use_case="people.greet", environment="production")
    assert live.behavior == book.catalog.behavior(book.get("greet", version="v2")).sha
    assert live.render(name="Ana")[-1]["content"] == "Greet Ana."
    with pytest.raises(NoRoute, match=r"live for there: people\.greet"):
        book.get(use_case="people.leave", environment="production")


def test_half_a_question_is_refused(book: PromptBook) -> None:
    with pytest.raises(UsageError, match="was given prompt_id, environment"):
        book.get("greet", environment="production")  # type: ignore[call-overload]
