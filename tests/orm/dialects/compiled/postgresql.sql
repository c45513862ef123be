-- probe.COLUMNS
SELECT wanted.number, wanted.schema IS NULL OR s.oid IS NOT NULL AS has_schema, c.oid IS NOT NULL AS has_table,
       has_schema_privilege(c.relnamespace, 'USAGE') AS is_usable, has_table_privilege(c.oid, 'SELECT') AS is_readable,
       c.relkind IN ('r', 'm') AND NOT c.relhassubclass AS has_row_id,
       a.attname AS "column", a.attnotnull AS not_null, COALESCE(a.attnum = ANY (i.indkey), false) AS pk,
       has_column_privilege(c.oid, a.attnum, 'SELECT') AS may_be_read
FROM unnest(CAST(%(schemas)s AS text[]), CAST(%(names)s AS text[])) WITH ORDINALITY AS wanted (schema, name, number)
LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = wanted.schema
LEFT JOIN pg_catalog.pg_class c ON c.relname = wanted.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND CASE WHEN wanted.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE c.relnamespace = s.oid END
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
ORDER BY wanted.number, a.attnum;

-- probe.SIZES
WITH RECURSIVE tree (number, oid) AS (
    SELECT wanted.number, c.oid FROM unnest(CAST(%(schemas)s AS text[]), CAST(%(names)s AS text[])) WITH ORDINALITY AS wanted (schema, name, number)
LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = wanted.schema
LEFT JOIN pg_catalog.pg_class c ON c.relname = wanted.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND CASE WHEN wanted.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE c.relnamespace = s.oid END
    UNION ALL
    SELECT tree.number, i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
)
SELECT tree.number, CAST(sum(greatest(c.reltuples, 0)) AS bigint) AS size
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid
WHERE c.relkind IN ('r', 'm', 'f')
GROUP BY tree.number
HAVING bool_and(c.reltuples > 0 OR (c.relkind <> 'f' AND pg_relation_size(c.oid) = 0));

-- reflection.NAMES
SELECT n.nspname AS schema, c.relname AS name, c.relkind IN ('v', 'm') AS is_view,
       pg_table_is_visible(c.oid) AS is_visible,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS is_readable,
       has_table_privilege(c.oid, 'SELECT') AS is_readable_whole,
       c.relkind IN ('r', 'm') AND NOT c.relhassubclass AS has_row_id
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class c
    ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
WHERE n.nspname = COALESCE(%(schema)s, current_schema())
ORDER BY is_view, c.relname;

-- reflection.FOREIGN_KEYS
SELECT child.relname AS child, k.oid AS number, parent.relname AS parent, s.nspname AS parent_schema,
       s.oid = n.oid AS is_here, c.attname AS child_column, p.attname AS target
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class child ON child.relnamespace = n.oid AND NOT child.relispartition
JOIN pg_catalog.pg_constraint k ON k.conrelid = child.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
JOIN pg_catalog.pg_namespace s ON s.oid = parent.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS part (child, parent, number)
JOIN pg_catalog.pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = part.child
JOIN pg_catalog.pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = part.parent
WHERE n.nspname = COALESCE(%(schema)s, current_schema())
ORDER BY child.relname, k.oid, part.number;

-- reflection.READABLE
SELECT a.attname FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(name)s AND has_column_privilege(c.oid, a.attnum, 'SELECT');
