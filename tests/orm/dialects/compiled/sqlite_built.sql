SELECT (SELECT count(*) FROM (SELECT 1 FROM ships LIMIT 1001)),
(SELECT min(rowid) FROM ships), (SELECT max(rowid) FROM ships), (SELECT count(*) FROM (SELECT 1 FROM "of ""all"": 100%" LIMIT 1001)),
(SELECT min(rowid) FROM "of ""all"": 100%"), (SELECT max(rowid) FROM "of ""all"": 100%");

SELECT tables.name, keys.id, keys."table", keys."from", keys."to"
FROM "main".sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name, ?) AS keys
WHERE tables.type = 'table'
ORDER BY tables.rowid, keys.id DESC, keys.seq;

SELECT tables.name, keys.id, keys."table", keys."from", keys."to"
FROM "a: fleet".sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name, ?) AS keys
WHERE tables.type = 'table'
ORDER BY tables.rowid, keys.id DESC, keys.seq;

