-- probe.COLUMNS
SELECT wanted.number, wanted.schema IS NULL OR s.oid IS NOT NULL AS has_schema, c.oid IS NOT NULL AS has_table,
       has_schema_privilege(c.relnamespace, 'USAGE') AS is_usable, has_table_privilege(c.oid, 'SELECT') AS is_readable,
       c.relkind IN ('r', 'm') AND NOT c.relhassubclass AND EXISTS (
           SELECT FROM pg_catalog.pg_attribute r WHERE r.attrelid = c.oid AND r.attname = 'ctid' AND r.attnum < 0
       ) AS has_row_id,
       c.relkind IN ('r', 'p', 'm') AND NOT c.relrowsecurity
       AND NOT (c.relhassubclass AND EXISTS (
           SELECT FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_inherits h ON h.inhrelid = f.ftrelid
       ))
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_attribute u JOIN pg_catalog.pg_type t ON t.oid = u.atttypid
           WHERE u.attrelid = c.oid AND u.attnum > 0 AND NOT u.attisdropped AND t.typnamespace <> 'pg_catalog'::regnamespace
       )
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_operator o
           JOIN pg_catalog.pg_type l ON l.oid = o.oprleft JOIN pg_catalog.pg_type r ON r.oid = o.oprright
           WHERE o.oprnamespace <> 'pg_catalog'::regnamespace AND l.typnamespace = 'pg_catalog'::regnamespace AND r.typnamespace = 'pg_catalog'::regnamespace
           AND o.oprname IN ('=', '<', '>', '<=', '>=', '<>', '~~', '~~*')
       )
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace <> 'pg_catalog'::regnamespace AND p.proname IN ('length', 'substr', 'count', 'row_number', 'timezone', 'extract', 'date_part')
       )
       AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_cast k JOIN pg_catalog.pg_proc p ON p.oid = k.castfunc
           JOIN pg_catalog.pg_type l ON l.oid = k.castsource JOIN pg_catalog.pg_type r ON r.oid = k.casttarget
           WHERE p.pronamespace <> 'pg_catalog'::regnamespace AND l.typnamespace = 'pg_catalog'::regnamespace AND r.typnamespace = 'pg_catalog'::regnamespace
       ) AS is_plain,
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

-- probe.SCHEMAS
SELECT nspname AS name, has_schema_privilege(oid, 'USAGE') AS is_usable FROM pg_catalog.pg_namespace;

-- reflection.SCHEMAS
SELECT nspname AS name, has_schema_privilege(oid, 'USAGE') AS is_usable FROM pg_catalog.pg_namespace;

-- reflection.NAMES
SELECT n.nspname AS schema, n.nspname = current_schema() AS is_default,
       c.relname AS name, c.relkind IN ('v', 'm') AS is_view,
       pg_table_is_visible(c.oid) AS is_visible,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AS is_readable,
       has_table_privilege(c.oid, 'SELECT') AS is_readable_whole,
       c.relkind IN ('r', 'm') AND NOT c.relhassubclass AND EXISTS (
           SELECT FROM pg_catalog.pg_attribute r WHERE r.attrelid = c.oid AND r.attname = 'ctid' AND r.attnum < 0
       ) AS has_row_id
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class c
    ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
WHERE CASE WHEN CAST(%(schemas)s AS text[]) IS NULL THEN n.nspname = current_schema()
     WHEN CAST(%(schemas)s AS text[]) = ARRAY['*']
         THEN n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
     ELSE n.nspname = ANY (CAST(%(schemas)s AS text[])) END
ORDER BY is_view, c.relname;

-- reflection.FOREIGN_KEYS
SELECT n.nspname AS schema, child.relname AS child, k.oid AS number, parent.relname AS parent,
       s.nspname AS parent_schema, s.oid = n.oid AS is_here, c.attname AS child_column, p.attname AS target
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class child ON child.relnamespace = n.oid AND NOT child.relispartition
JOIN pg_catalog.pg_constraint k ON k.conrelid = child.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
JOIN pg_catalog.pg_namespace s ON s.oid = parent.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS part (child, parent, number)
JOIN pg_catalog.pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = part.child
JOIN pg_catalog.pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = part.parent
WHERE CASE WHEN CAST(%(schemas)s AS text[]) IS NULL THEN n.nspname = current_schema()
     WHEN CAST(%(schemas)s AS text[]) = ARRAY['*']
         THEN n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
     ELSE n.nspname = ANY (CAST(%(schemas)s AS text[])) END
ORDER BY n.nspname, child.relname, k.oid, part.number;

-- reflection.READABLE
SELECT a.attname FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(name)s AND has_column_privilege(c.oid, a.attnum, 'SELECT');
