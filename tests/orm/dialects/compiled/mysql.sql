-- probe.COLUMNS
SELECT table_schema AS found_schema, table_schema = database() AS is_own, table_name AS found_name,
       column_name AS found_column, is_nullable = 'NO' AS not_null, column_key = 'PRI' AS pk,
       FIND_IN_SET('select', privileges) > 0 AS may_be_read, @@lower_case_table_names > 0 AS is_case_insensitive
FROM information_schema.columns WHERE (table_schema = database() OR table_schema IN (%s, %s)) AND table_name IN (%s, %s)
ORDER BY table_schema, table_name, ordinal_position;

-- probe.WHY_NOT
SELECT schema_name AS found_schema, 0 AS is_own, '' AS found_name, 0 AS is_case_insensitive
FROM information_schema.schemata
UNION ALL
SELECT table_schema, table_schema = database(), table_name, @@lower_case_table_names > 0
FROM information_schema.tables WHERE table_type = 'VIEW' AND table_name IN (%s, %s);

-- probe.SCHEMAS
SELECT schema_name AS name FROM information_schema.schemata;

-- probe.SIZES
SELECT table_schema AS found_schema, table_schema = database() AS is_own, table_name AS found_name, table_rows AS size,
       @@lower_case_table_names > 0 AS is_case_insensitive
FROM information_schema.tables WHERE (table_schema = database() OR table_schema IN (%s, %s)) AND table_name IN (%s, %s) AND table_rows IS NOT NULL;

-- reflection.SCHEMAS
SELECT schema_name AS name FROM information_schema.schemata;

-- reflection.NAMES
SELECT table_schema AS `schema`, table_schema = database() AS is_default,
       table_name AS name, table_type LIKE '%%VIEW' AS is_view
FROM information_schema.tables
WHERE table_schema = COALESCE(%s, database()) AND table_type <> 'SEQUENCE'
ORDER BY is_view, table_name;

-- reflection.FOREIGN_KEYS
SELECT table_schema AS `schema`, table_name AS child, constraint_name AS number, column_name AS child_column,
       referenced_table_schema = table_schema AS is_here, referenced_table_schema AS parent_schema,
       referenced_table_name AS parent, referenced_column_name AS target
FROM information_schema.key_column_usage
WHERE table_schema = COALESCE(%s, database()) AND referenced_table_name IS NOT NULL
ORDER BY table_schema, table_name, constraint_name, ordinal_position;

-- reflection.NAMES_OF_SEVERAL
SELECT table_schema AS `schema`, table_schema = database() AS is_default,
       table_name AS name, table_type LIKE '%%VIEW' AS is_view
FROM information_schema.tables
WHERE table_schema IN (%s, %s) AND table_type <> 'SEQUENCE'
ORDER BY is_view, table_name;

-- reflection.FOREIGN_KEYS_OF_SEVERAL
SELECT table_schema AS `schema`, table_name AS child, constraint_name AS number, column_name AS child_column,
       referenced_table_schema = table_schema AS is_here, referenced_table_schema AS parent_schema,
       referenced_table_name AS parent, referenced_column_name AS target
FROM information_schema.key_column_usage
WHERE table_schema IN (%s, %s) AND referenced_table_name IS NOT NULL
ORDER BY table_schema, table_name, constraint_name, ordinal_position;

-- reflection.COLUMNS
SELECT column_name AS name, data_type AS kind, column_type AS declared, is_nullable = 'YES' AS nullable,
       character_maximum_length AS length, numeric_precision AS `precision`, numeric_scale AS scale,
       datetime_precision AS fraction, column_key = 'PRI' AS is_key,
       FIND_IN_SET('select', privileges) > 0 AS may_be_read
FROM information_schema.columns
WHERE table_schema = COALESCE(%s, database()) AND table_name = %s
ORDER BY ordinal_position;

-- reflection.UNIQUE
SELECT index_name AS number, column_name AS name FROM information_schema.statistics
WHERE table_schema = COALESCE(%s, database()) AND table_name = %s AND non_unique = 0
ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index;
