-- probe.NAMES
SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid;

-- probe.COLUMNS
SELECT tables.name, tables.type, columns.name AS "column", upper(columns.type) AS "column_type",
       columns."notnull" AS "not_null", columns.pk, tables.sql LIKE '%WITHOUT%ROWID%' AS without_rowid
FROM sqlite_master AS tables JOIN pragma_table_xinfo(tables.name) AS columns
WHERE tables.type IN ('table', 'view') AND tables.name IN (?, ?)
ORDER BY tables.rowid;

-- probe.ESTIMATE
SELECT stat FROM sqlite_stat1 WHERE tbl = ? ORDER BY idx IS NOT NULL LIMIT 1;
