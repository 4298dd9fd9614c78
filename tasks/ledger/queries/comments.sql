SELECT 'COLUMN' AS kind, table_name || '."' || column_name || '"' AS name, comment
FROM duckdb_columns()
WHERE database_name = 'ledger' AND list_contains($tables, table_name)
UNION ALL
SELECT 'TABLE', table_name, comment
FROM duckdb_tables()
WHERE database_name = 'ledger' AND list_contains($tables, table_name)
UNION ALL
SELECT 'TABLE', view_name, comment
FROM duckdb_views()
WHERE database_name = 'ledger' AND list_contains($tables, view_name)
