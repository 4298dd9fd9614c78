from __future__ import annotations

from pathlib import Path

from tasks.ledger import dictionary
from tasks.ledger.store import Store

DOCS = Path(__file__).resolve().parents[3] / "docs" / "ledger.md"


def test_the_docs_describe_this_database(store: Store) -> None:
    assert DOCS.read_text(encoding="utf-8") == dictionary.markdown(store)


def test_every_table_and_column_is_described(store: Store) -> None:
    sql = """
        SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = 'ledger'
        UNION ALL
        SELECT table_name, NULL, comment FROM duckdb_tables() WHERE database_name = 'ledger'
    """
    assert [row for row in store.rows(sql) if not row["comment"]] == []


def test_null_is_explained_where_it_may_stand(store: Store) -> None:
    sql = """
        SELECT table_name, column_name FROM duckdb_columns() c
        WHERE database_name = 'ledger' AND is_nullable AND NOT contains(comment, 'ull')
            AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE database_name = 'ledger')
    """
    assert store.rows(sql) == []
