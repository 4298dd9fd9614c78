from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Place

Promptship = Callable[..., Any]


@pytest.fixture
def ledger(place: Place) -> Place:
    place.store.migrate()
    return place


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n FROM release", "FROM release", "DESCRIBE trace", "SHOW TABLES", "SUMMARIZE event",
        "WITH a AS (SELECT 1 AS n) FROM a;", "-- a remark\nVALUES (1)",
    ],
)  # fmt: skip
def test_reading(ledger: Place, promptship: Promptship, query: str) -> None:
    assert promptship("sql", query).code == 0
    assert promptship("sql", query, "--json").document["kind"] == "rows"


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM release", "INSERT INTO claim VALUES ('a', 'b', 1, now())", "DROP TABLE event",
        "UPDATE claim SET epoch = 0", "SELECT 1; DROP TABLE event", "COPY release TO '{file}'",
        "EXPLAIN ANALYZE COPY release TO '{file}'", "CREATE TABLE memory.x (a INT)", "ATTACH '{file}' AS other",
        "SET enable_external_access = false", "", "-- nothing",
    ],
)  # fmt: skip
def test_writing_is_refused(ledger: Place, promptship: Promptship, tmp_path: Path, query: str) -> None:
    file, before = tmp_path / "out.csv", ledger.files()
    said = promptship("sql", query.format(file=file))
    assert (said.code, said.out) == (64, "")
    assert "one statement that reads" in said.err
    assert (ledger.files(), file.exists()) == (before, False)


@pytest.mark.parametrize(
    ("query", "word"), [("SELEC 1", "SELEC"), ("FROM nothing", "nothing"), ("SELECT a FROM release", '"a"')]
)
def test_what_is_not_understood(ledger: Place, promptship: Promptship, query: str, word: str) -> None:
    said = promptship("sql", query)
    assert said.code == 64
    assert word in said.err
    assert "SHOW TABLES" in said.err


def test_numbers_that_json_cannot_say(ledger: Place, promptship: Promptship) -> None:
    said = promptship("sql", "SELECT 'nan'::DOUBLE AS a, 'inf'::DOUBLE AS b, 1.5 AS c", "--json").document
    assert said["columns"] == ["a", "b", "c"]
    assert (said["rows"][0]["a"], said["rows"][0]["b"]) == (None, None)


def test_markup_is_shown_as_it_is(ledger: Place, promptship: Promptship) -> None:
    assert "[red]not red[/red]" in promptship("sql", "SELECT '[red]not red[/red]' AS text").out


def test_without_a_ledger(place: Place, promptship: Promptship) -> None:
    said = promptship("sql", "SELECT 1")
    assert (said.code, place.roots.ledger.exists()) == (3, False)
    assert "there is no ledger" in said.err
