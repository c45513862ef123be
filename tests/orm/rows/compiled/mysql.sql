-- Ship: whole first page
-- skip = 0, limit = 200
SELECT ships.id AS id, ships.fleet_id AS fleet_id, CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, CASE WHEN (char_length(ships.note) > 200) THEN substr(ships.note, 1, 200) ELSE ships.note END AS anon_3, CASE WHEN (char_length(ships.note) > 200) THEN char_length(ships.note) END AS anon_4, ships.`rank` AS `rank`, ships.tons AS tons, ships.draft AS draft, ships.price AS price, CASE WHEN (length(ships.seal) > 200) THEN substr(ships.seal, 1, 200) ELSE ships.seal END AS anon_5, CASE WHEN (length(ships.seal) > 200) THEN length(ships.seal) END AS anon_6, CASE WHEN (length(ships.chart) > 200) THEN substr(ships.chart, 1, 200) ELSE ships.chart END AS anon_7, CASE WHEN (length(ships.chart) > 200) THEN length(ships.chart) END AS anon_8, CAST(ships.built AS CHAR) AS built, CAST(ships.sailed AS CHAR) AS sailed, CAST(ships.watch AS CHAR) AS watch, CASE WHEN (char_length(ships.rig) > 200) THEN substr(ships.rig, 1, 200) ELSE ships.rig END AS anon_9, CASE WHEN (char_length(ships.rig) > 200) THEN char_length(ships.rig) END AS anon_10, CASE WHEN (char_length(ships.state) > 200) THEN substr(ships.state, 1, 200) ELSE ships.state END AS anon_11, CASE WHEN (char_length(ships.state) > 200) THEN char_length(ships.state) END AS anon_12, CASE WHEN (char_length(ships.cargo) > 200) THEN substr(ships.cargo, 1, 200) ELSE ships.cargo END AS anon_13, CASE WHEN (char_length(ships.cargo) > 200) THEN char_length(ships.cargo) END AS anon_14, ships.is_lost + 0 AS anon_15, ships.code AS code, ships.flags + 0 AS anon_16, CASE WHEN (char_length(ships.sails) > 200) THEN substr(ships.sails, 1, 200) ELSE ships.sails END AS anon_17, CASE WHEN (char_length(ships.sails) > 200) THEN char_length(ships.sails) END AS anon_18, ships.year AS year
FROM ships ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship: rows that were skipped
-- skip = 5
SELECT count(*) AS count_1
FROM (SELECT 1
FROM ships
 LIMIT :skip) AS anon_1;

-- Ship: count
SELECT count(*) AS count_1
FROM ships;

-- Ship: is it larger than that
-- param_1 = 1000, param_2 = 1
SELECT 1
FROM ships
 LIMIT :param_1, :param_2;

-- Ship: every 100th row
SELECT anon_1.part_0
FROM (SELECT ships.id AS part_0, row_number() OVER (ORDER BY ships.id) AS number
FROM ships) AS anon_1
WHERE anon_1.number % 100 = 0 ORDER BY anon_1.number;

-- Ship: plan
-- param_1 = 1
EXPLAIN FORMAT=TRADITIONAL SELECT ships.id AS id
FROM ships ORDER BY ships.id
 LIMIT :param_1;

-- Berth: whole first page
-- skip = 0, limit = 200
SELECT berths.deck AS deck, berths.number AS number, berths.cost AS cost
FROM berths ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth: rows that were skipped
-- skip = 5
SELECT count(*) AS count_1
FROM (SELECT 1
FROM berths
 LIMIT :skip) AS anon_1;

-- Berth: count
SELECT count(*) AS count_1
FROM berths;

-- Berth: is it larger than that
-- param_1 = 1000, param_2 = 1
SELECT 1
FROM berths
 LIMIT :param_1, :param_2;

-- Berth: every 100th row
SELECT anon_1.part_0, anon_1.part_1
FROM (SELECT berths.deck AS part_0, berths.number AS part_1, row_number() OVER (ORDER BY berths.deck, berths.number) AS number
FROM berths) AS anon_1
WHERE anon_1.number % 100 = 0 ORDER BY anon_1.number;

-- Berth: plan
-- param_1 = 1
EXPLAIN FORMAT=TRADITIONAL SELECT berths.deck AS deck, berths.number AS number
FROM berths ORDER BY berths.deck, berths.number
 LIMIT :param_1;

-- Loose: whole first page
-- skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number, loose.cost AS cost
FROM loose ORDER BY loose.deck, loose.number
 LIMIT :skip, :limit;

-- Loose: rows that were skipped
-- skip = 5
SELECT count(*) AS count_1
FROM (SELECT 1
FROM loose
 LIMIT :skip) AS anon_1;

-- Loose: count
SELECT count(*) AS count_1
FROM loose;

-- Loose: is it larger than that
-- param_1 = 1000, param_2 = 1
SELECT 1
FROM loose
 LIMIT :param_1, :param_2;

-- Loose: every 100th row
SELECT anon_1.part_0, anon_1.part_1
FROM (SELECT loose.deck AS part_0, loose.number AS part_1, row_number() OVER (ORDER BY loose.deck, loose.number) AS number
FROM loose) AS anon_1
WHERE anon_1.number % 100 = 0 ORDER BY anon_1.number;

-- Loose: plan
-- param_1 = 1
EXPLAIN FORMAT=TRADITIONAL SELECT loose.deck AS deck, loose.number AS number
FROM loose ORDER BY loose.deck, loose.number
 LIMIT :param_1;

-- Adrift: whole first page
-- skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number, adrift.cost AS cost
FROM adrift ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift: rows that were skipped
-- skip = 5
SELECT count(*) AS count_1
FROM (SELECT 1
FROM adrift
 LIMIT :skip) AS anon_1;

-- Adrift: count
SELECT count(*) AS count_1
FROM adrift;

-- Adrift: is it larger than that
-- param_1 = 1000, param_2 = 1
SELECT 1
FROM adrift
 LIMIT :param_1, :param_2;

-- Adrift: every 100th row
SELECT anon_1.part_0, anon_1.part_1
FROM (SELECT adrift.deck AS part_0, adrift.number AS part_1, row_number() OVER (ORDER BY adrift.deck, adrift.number) AS number
FROM adrift) AS anon_1
WHERE anon_1.number % 100 = 0 ORDER BY anon_1.number;

-- Adrift: plan
-- param_1 = 1
EXPLAIN FORMAT=TRADITIONAL SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift ORDER BY adrift.deck, adrift.number
 LIMIT :param_1;

-- Wreck: whole first page
-- skip = 0, limit = 200, type_1_1 = 'wreck'
SELECT vessels.id AS id, CASE WHEN (char_length(vessels.type) > 200) THEN substr(vessels.type, 1, 200) ELSE vessels.type END AS anon_1, CASE WHEN (char_length(vessels.type) > 200) THEN char_length(vessels.type) END AS anon_2
FROM vessels
WHERE vessels.type IN (:type_1_1) ORDER BY vessels.id
 LIMIT :skip, :limit;

-- Wreck: rows that were skipped
-- skip = 5, type_1_1 = 'wreck'
SELECT count(*) AS count_1
FROM (SELECT 1
FROM vessels
WHERE vessels.type IN (:type_1_1)
 LIMIT :skip) AS anon_1;

-- Wreck: count
-- type_1_1 = 'wreck'
SELECT count(*) AS count_1
FROM vessels
WHERE vessels.type IN (:type_1_1);

-- Wreck: is it larger than that
-- param_1 = 1000, param_2 = 1, type_1_1 = 'wreck'
SELECT 1
FROM vessels
WHERE vessels.type IN (:type_1_1)
 LIMIT :param_1, :param_2;

-- Wreck: every 100th row
-- type_1_1 = 'wreck'
SELECT anon_1.part_0
FROM (SELECT vessels.id AS part_0, row_number() OVER (ORDER BY vessels.id) AS number
FROM vessels
WHERE vessels.type IN (:type_1_1)) AS anon_1
WHERE anon_1.number % 100 = 0 ORDER BY anon_1.number;

-- Wreck: plan
-- param_1 = 1, type_1_1 = 'wreck'
EXPLAIN FORMAT=TRADITIONAL SELECT vessels.id AS id
FROM vessels
WHERE vessels.type IN (:type_1_1) ORDER BY vessels.id
 LIMIT :param_1;

-- Ship: first page
-- skip = 0, limit = 200
SELECT ships.id AS id
FROM ships ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship: last page
-- skip = 0, limit = 200
SELECT ships.id AS id
FROM ships ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship: after (7)
-- at_0 = 7, skip = 0, limit = 200
SELECT ships.id AS id
FROM ships
WHERE ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship: before (7)
-- at_0 = 7, skip = 0, limit = 200
SELECT ships.id AS id
FROM ships
WHERE ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Berth: first page
-- skip = 0, limit = 200
SELECT berths.deck AS deck, berths.number AS number
FROM berths ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth: last page
-- skip = 0, limit = 200
SELECT berths.deck AS deck, berths.number AS number
FROM berths ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth: after (orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.deck >= :at_0 AND (berths.deck > :at_0 OR berths.deck = :at_0 AND berths.number > :at_1) ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth: before (orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.deck <= :at_0 AND (berths.deck < :at_0 OR berths.deck = :at_0 AND berths.number < :at_1) ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Loose: first page
-- skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number
FROM loose ORDER BY loose.deck, loose.number
 LIMIT :skip, :limit;

-- Loose: last page
-- skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number
FROM loose ORDER BY loose.deck DESC, loose.number DESC
 LIMIT :skip, :limit;

-- Loose: after (orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number
FROM loose
WHERE loose.deck > :at_0 OR loose.deck = :at_0 AND loose.number > :at_1 ORDER BY loose.deck, loose.number
 LIMIT :skip, :limit;

-- Loose: before (orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number
FROM loose
WHERE loose.deck < :at_0 OR loose.deck IS NULL OR loose.deck = :at_0 AND (loose.number < :at_1 OR loose.number IS NULL) ORDER BY loose.deck DESC, loose.number DESC
 LIMIT :skip, :limit;

-- Loose: after (NULL, 7)
-- at_1 = 7, skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number
FROM loose
WHERE loose.deck IS NOT NULL OR loose.deck IS NULL AND loose.number > :at_1 ORDER BY loose.deck, loose.number
 LIMIT :skip, :limit;

-- Loose: before (NULL, 7)
-- at_1 = 7, skip = 0, limit = 200
SELECT loose.deck AS deck, loose.number AS number
FROM loose
WHERE false = 1 OR loose.deck IS NULL AND (loose.number < :at_1 OR loose.number IS NULL) ORDER BY loose.deck DESC, loose.number DESC
 LIMIT :skip, :limit;

-- Adrift: first page
-- skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift: last page
-- skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift: after (orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number > :at_1 ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift: before (orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.deck < :at_0 OR adrift.deck IS NULL OR adrift.deck = :at_0 AND (adrift.number < :at_1 OR adrift.number IS NULL) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift: after (orlop, NULL)
-- at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number IS NOT NULL ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift: before (orlop, NULL)
-- at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.deck < :at_0 OR adrift.deck IS NULL OR false = 1 ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift: after (NULL, 7)
-- at_1 = 7, skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.deck IS NOT NULL OR adrift.deck IS NULL AND adrift.number > :at_1 ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift: before (NULL, 7)
-- at_1 = 7, skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE false = 1 OR adrift.deck IS NULL AND (adrift.number < :at_1 OR adrift.number IS NULL) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift: after (NULL, NULL)
-- skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.deck IS NOT NULL OR adrift.deck IS NULL AND adrift.number IS NOT NULL ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift: before (NULL, NULL)
-- skip = 0, limit = 200
SELECT adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE false = 1 OR false = 1 ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Ship by name ↑: first page
-- skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: last page
-- skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships ORDER BY ships.name DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↑: after (Pequod, 7), part 1 of 2
-- at_value = 'Pequod', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: after (Pequod, 7), part 2 of 2
-- at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name > :at_value ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: before (Pequod, 7), part 1 of 2
-- at_value = 'Pequod', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = :at_value AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↑: before (Pequod, 7), part 2 of 2
-- at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name < :at_value ORDER BY ships.name DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↑: after (Pequ…, 7), part 1 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: after (Pequ…, 7), part 2 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name > coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: before (Pequ…, 7), part 1 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↑: before (Pequ…, 7), part 2 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name < coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.name DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↓: first page
-- skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships ORDER BY ships.name DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↓: last page
-- skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by name ↓: after (Pequod, 7), part 1 of 2
-- at_value = 'Pequod', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = :at_value AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↓: after (Pequod, 7), part 2 of 2
-- at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name < :at_value ORDER BY ships.name DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↓: before (Pequod, 7), part 1 of 2
-- at_value = 'Pequod', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by name ↓: before (Pequod, 7), part 2 of 2
-- at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name > :at_value ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by name ↓: after (Pequ…, 7), part 1 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↓: after (Pequ…, 7), part 2 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name < coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.name DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by name ↓: before (Pequ…, 7), part 1 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by name ↓: before (Pequ…, 7), part 2 of 2
-- at_0 = 7, at_value = 'Pequ', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name > coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: first page, part 1 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: first page, part 2 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NOT NULL ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: last page, part 1 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NOT NULL ORDER BY ships.`rank` DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↑: last page, part 2 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↑: after (3, 7), part 1 of 2
-- at_value = 3, at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: after (3, 7), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` > :at_value ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: before (3, 7), part 1 of 3
-- at_value = 3, at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` = :at_value AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↑: before (3, 7), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` < :at_value ORDER BY ships.`rank` DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↑: before (3, 7), part 3 of 3
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↑: after (NULL, 7), part 1 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: after (NULL, 7), part 2 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NOT NULL ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: before (NULL, 7)
-- at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: first page, part 1 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NOT NULL ORDER BY ships.`rank` DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: first page, part 2 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: last page, part 1 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↓: last page, part 2 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NOT NULL ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↓: after (3, 7), part 1 of 3
-- at_value = 3, at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` = :at_value AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: after (3, 7), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` < :at_value ORDER BY ships.`rank` DESC, ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: after (3, 7), part 3 of 3
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: before (3, 7), part 1 of 2
-- at_value = 3, at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↓: before (3, 7), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` > :at_value ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↓: after (NULL, 7)
-- at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL AND ships.id < :at_0 ORDER BY ships.id DESC
 LIMIT :skip, :limit;

-- Ship by rank ↓: before (NULL, 7), part 1 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NULL AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↓: before (NULL, 7), part 2 of 2
-- skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` IS NOT NULL ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Berth by cost ↑: first page, part 1 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↑: first page, part 2 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NOT NULL ORDER BY berths.cost, berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↑: last page, part 1 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NOT NULL ORDER BY berths.cost DESC, berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↑: last page, part 2 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↑: after (3, orlop, 7), part 1 of 2
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost = :at_value AND berths.deck >= :at_0 AND (berths.deck > :at_0 OR berths.deck = :at_0 AND berths.number > :at_1) ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↑: after (3, orlop, 7), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost > :at_value ORDER BY berths.cost, berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↑: before (3, orlop, 7), part 1 of 3
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost = :at_value AND berths.deck <= :at_0 AND (berths.deck < :at_0 OR berths.deck = :at_0 AND berths.number < :at_1) ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↑: before (3, orlop, 7), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost < :at_value ORDER BY berths.cost DESC, berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↑: before (3, orlop, 7), part 3 of 3
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↑: after (NULL, orlop, 7), part 1 of 2
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL AND berths.deck >= :at_0 AND (berths.deck > :at_0 OR berths.deck = :at_0 AND berths.number > :at_1) ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↑: after (NULL, orlop, 7), part 2 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NOT NULL ORDER BY berths.cost, berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↑: before (NULL, orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL AND berths.deck <= :at_0 AND (berths.deck < :at_0 OR berths.deck = :at_0 AND berths.number < :at_1) ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: first page, part 1 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NOT NULL ORDER BY berths.cost DESC, berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: first page, part 2 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: last page, part 1 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↓: last page, part 2 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NOT NULL ORDER BY berths.cost, berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↓: after (3, orlop, 7), part 1 of 3
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost = :at_value AND berths.deck <= :at_0 AND (berths.deck < :at_0 OR berths.deck = :at_0 AND berths.number < :at_1) ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: after (3, orlop, 7), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost < :at_value ORDER BY berths.cost DESC, berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: after (3, orlop, 7), part 3 of 3
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: before (3, orlop, 7), part 1 of 2
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost = :at_value AND berths.deck >= :at_0 AND (berths.deck > :at_0 OR berths.deck = :at_0 AND berths.number > :at_1) ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↓: before (3, orlop, 7), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost > :at_value ORDER BY berths.cost, berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↓: after (NULL, orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL AND berths.deck <= :at_0 AND (berths.deck < :at_0 OR berths.deck = :at_0 AND berths.number < :at_1) ORDER BY berths.deck DESC, berths.number DESC
 LIMIT :skip, :limit;

-- Berth by cost ↓: before (NULL, orlop, 7), part 1 of 2
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NULL AND berths.deck >= :at_0 AND (berths.deck > :at_0 OR berths.deck = :at_0 AND berths.number > :at_1) ORDER BY berths.deck, berths.number
 LIMIT :skip, :limit;

-- Berth by cost ↓: before (NULL, orlop, 7), part 2 of 2
-- skip = 0, limit = 200
SELECT berths.cost AS cost, berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.cost IS NOT NULL ORDER BY berths.cost, berths.deck, berths.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: first page, part 1 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: first page, part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: last page, part 1 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost DESC, adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: last page, part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (3, orlop, 7), part 1 of 2
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number > :at_1) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (3, orlop, 7), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost > :at_value ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (3, orlop, 7), part 1 of 3
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR adrift.deck = :at_0 AND (adrift.number < :at_1 OR adrift.number IS NULL)) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (3, orlop, 7), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost < :at_value ORDER BY adrift.cost DESC, adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (3, orlop, 7), part 3 of 3
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (3, orlop, NULL), part 1 of 2
-- at_value = 3, at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number IS NOT NULL) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (3, orlop, NULL), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost > :at_value ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (3, orlop, NULL), part 1 of 3
-- at_value = 3, at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR false = 1) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (3, orlop, NULL), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost < :at_value ORDER BY adrift.cost DESC, adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (3, orlop, NULL), part 3 of 3
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (NULL, orlop, 7), part 1 of 2
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number > :at_1) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (NULL, orlop, 7), part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (NULL, orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR adrift.deck = :at_0 AND (adrift.number < :at_1 OR adrift.number IS NULL)) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (NULL, orlop, NULL), part 1 of 2
-- at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number IS NOT NULL) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: after (NULL, orlop, NULL), part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↑: before (NULL, orlop, NULL)
-- at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR false = 1) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: first page, part 1 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost DESC, adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: first page, part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: last page, part 1 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: last page, part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (3, orlop, 7), part 1 of 3
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR adrift.deck = :at_0 AND (adrift.number < :at_1 OR adrift.number IS NULL)) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (3, orlop, 7), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost < :at_value ORDER BY adrift.cost DESC, adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (3, orlop, 7), part 3 of 3
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (3, orlop, 7), part 1 of 2
-- at_value = 3, at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number > :at_1) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (3, orlop, 7), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost > :at_value ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (3, orlop, NULL), part 1 of 3
-- at_value = 3, at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR false = 1) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (3, orlop, NULL), part 2 of 3
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost < :at_value ORDER BY adrift.cost DESC, adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (3, orlop, NULL), part 3 of 3
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (3, orlop, NULL), part 1 of 2
-- at_value = 3, at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost = :at_value AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number IS NOT NULL) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (3, orlop, NULL), part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost > :at_value ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (NULL, orlop, 7)
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR adrift.deck = :at_0 AND (adrift.number < :at_1 OR adrift.number IS NULL)) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (NULL, orlop, 7), part 1 of 2
-- at_0 = 'orlop', at_1 = 7, skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number > :at_1) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (NULL, orlop, 7), part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: after (NULL, orlop, NULL)
-- at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck < :at_0 OR adrift.deck IS NULL OR false = 1) ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (NULL, orlop, NULL), part 1 of 2
-- at_0 = 'orlop', skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NULL AND (adrift.deck > :at_0 OR adrift.deck = :at_0 AND adrift.number IS NOT NULL) ORDER BY adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Adrift by cost ↓: before (NULL, orlop, NULL), part 2 of 2
-- skip = 0, limit = 200
SELECT adrift.cost AS cost, adrift.deck AS deck, adrift.number AS number
FROM adrift
WHERE adrift.cost IS NOT NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :skip, :limit;

-- Ship by name ↑: after a value, part 1 of 2
-- at_value = 'Pequod', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: after a value, part 2 of 2
-- at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name > :at_value ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name = coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by name ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, at_value = 'Pequod', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.name > coalesce((SELECT ships.name AS name
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.name, ships.id
 LIMIT :skip, :limit;

-- Ship by note ↑: after a value, part 1 of 2
-- at_value = 'lost with all hands', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.note) > 200) THEN substr(ships.note, 1, 200) ELSE ships.note END AS anon_1, CASE WHEN (char_length(ships.note) > 200) THEN char_length(ships.note) END AS anon_2, ships.id AS id
FROM ships
WHERE left(ships.note, 200) = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by note ↑: after a value, part 2 of 2
-- at_value = 'lost with all hands', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.note) > 200) THEN substr(ships.note, 1, 200) ELSE ships.note END AS anon_1, CASE WHEN (char_length(ships.note) > 200) THEN char_length(ships.note) END AS anon_2, ships.id AS id
FROM ships
WHERE left(ships.note, 200) > :at_value ORDER BY left(ships.note, 200), ships.id
 LIMIT :skip, :limit;

-- Ship by note ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, at_value = 'lost with all hands', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.note) > 200) THEN substr(ships.note, 1, 200) ELSE ships.note END AS anon_1, CASE WHEN (char_length(ships.note) > 200) THEN char_length(ships.note) END AS anon_2, ships.id AS id
FROM ships
WHERE coalesce((SELECT left(ships.note, 200) AS left_1
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) = left(ships.note, 200) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by note ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, at_value = 'lost with all hands', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.note) > 200) THEN substr(ships.note, 1, 200) ELSE ships.note END AS anon_1, CASE WHEN (char_length(ships.note) > 200) THEN char_length(ships.note) END AS anon_2, ships.id AS id
FROM ships
WHERE coalesce((SELECT left(ships.note, 200) AS left_1
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) < left(ships.note, 200) ORDER BY left(ships.note, 200), ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: after a value, part 1 of 2
-- at_value = 3, at_0 = 7, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rank ↑: after a value, part 2 of 2
-- at_value = 3, skip = 0, limit = 200
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.`rank` > :at_value ORDER BY ships.`rank`, ships.id
 LIMIT :skip, :limit;

-- Ship by tons ↑: after a value, part 1 of 2
-- at_0 = 7, at_value = 0.5, skip = 0, limit = 200
SELECT ships.tons AS tons, ships.id AS id
FROM ships
WHERE ships.tons = coalesce((SELECT ships.tons AS tons
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by tons ↑: after a value, part 2 of 2
-- at_0 = 7, at_value = 0.5, skip = 0, limit = 200
SELECT ships.tons AS tons, ships.id AS id
FROM ships
WHERE ships.tons > coalesce((SELECT ships.tons AS tons
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.tons, ships.id
 LIMIT :skip, :limit;

-- Ship by draft ↑: after a value, part 1 of 2
-- at_0 = 7, at_value = 0.5, skip = 0, limit = 200
SELECT ships.draft AS draft, ships.id AS id
FROM ships
WHERE ships.draft = coalesce((SELECT ships.draft AS draft
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by draft ↑: after a value, part 2 of 2
-- at_0 = 7, at_value = 0.5, skip = 0, limit = 200
SELECT ships.draft AS draft, ships.id AS id
FROM ships
WHERE ships.draft > coalesce((SELECT ships.draft AS draft
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.draft, ships.id
 LIMIT :skip, :limit;

-- Ship by price ↑: after a value, part 1 of 2
-- at_value = Decimal('19.50'), at_0 = 7, skip = 0, limit = 200
SELECT ships.price AS price, ships.id AS id
FROM ships
WHERE ships.price = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by price ↑: after a value, part 2 of 2
-- at_value = Decimal('19.50'), skip = 0, limit = 200
SELECT ships.price AS price, ships.id AS id
FROM ships
WHERE ships.price > :at_value ORDER BY ships.price, ships.id
 LIMIT :skip, :limit;

-- Ship by seal ↑: after a value, part 1 of 2
-- at_value = b'\x00\xff', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (length(ships.seal) > 200) THEN substr(ships.seal, 1, 200) ELSE ships.seal END AS anon_1, CASE WHEN (length(ships.seal) > 200) THEN length(ships.seal) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.seal = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by seal ↑: after a value, part 2 of 2
-- at_value = b'\x00\xff', skip = 0, limit = 200
SELECT CASE WHEN (length(ships.seal) > 200) THEN substr(ships.seal, 1, 200) ELSE ships.seal END AS anon_1, CASE WHEN (length(ships.seal) > 200) THEN length(ships.seal) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.seal > :at_value ORDER BY ships.seal, ships.id
 LIMIT :skip, :limit;

-- Ship by seal ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, at_value = b'\x00\xff', skip = 0, limit = 200
SELECT CASE WHEN (length(ships.seal) > 200) THEN substr(ships.seal, 1, 200) ELSE ships.seal END AS anon_1, CASE WHEN (length(ships.seal) > 200) THEN length(ships.seal) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.seal = coalesce((SELECT ships.seal AS seal
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by seal ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, at_value = b'\x00\xff', skip = 0, limit = 200
SELECT CASE WHEN (length(ships.seal) > 200) THEN substr(ships.seal, 1, 200) ELSE ships.seal END AS anon_1, CASE WHEN (length(ships.seal) > 200) THEN length(ships.seal) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.seal > coalesce((SELECT ships.seal AS seal
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.seal, ships.id
 LIMIT :skip, :limit;

-- Ship by chart ↑: after a value, part 1 of 2
-- at_value = b'\x00\xff', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (length(ships.chart) > 200) THEN substr(ships.chart, 1, 200) ELSE ships.chart END AS anon_1, CASE WHEN (length(ships.chart) > 200) THEN length(ships.chart) END AS anon_2, ships.id AS id
FROM ships
WHERE left(ships.chart, 200) = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by chart ↑: after a value, part 2 of 2
-- at_value = b'\x00\xff', skip = 0, limit = 200
SELECT CASE WHEN (length(ships.chart) > 200) THEN substr(ships.chart, 1, 200) ELSE ships.chart END AS anon_1, CASE WHEN (length(ships.chart) > 200) THEN length(ships.chart) END AS anon_2, ships.id AS id
FROM ships
WHERE left(ships.chart, 200) > :at_value ORDER BY left(ships.chart, 200), ships.id
 LIMIT :skip, :limit;

-- Ship by chart ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, at_value = b'\x00\xff', skip = 0, limit = 200
SELECT CASE WHEN (length(ships.chart) > 200) THEN substr(ships.chart, 1, 200) ELSE ships.chart END AS anon_1, CASE WHEN (length(ships.chart) > 200) THEN length(ships.chart) END AS anon_2, ships.id AS id
FROM ships
WHERE coalesce((SELECT left(ships.chart, 200) AS left_1
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) = left(ships.chart, 200) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by chart ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, at_value = b'\x00\xff', skip = 0, limit = 200
SELECT CASE WHEN (length(ships.chart) > 200) THEN substr(ships.chart, 1, 200) ELSE ships.chart END AS anon_1, CASE WHEN (length(ships.chart) > 200) THEN length(ships.chart) END AS anon_2, ships.id AS id
FROM ships
WHERE coalesce((SELECT left(ships.chart, 200) AS left_1
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) < left(ships.chart, 200) ORDER BY left(ships.chart, 200), ships.id
 LIMIT :skip, :limit;

-- Ship by built ↑: after a value, part 1 of 2
-- at_value = '1851-10-18', at_0 = 7, skip = 0, limit = 200
SELECT CAST(ships.built AS CHAR) AS built, ships.id AS id
FROM ships
WHERE ships.built = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by built ↑: after a value, part 2 of 2
-- at_value = '1851-10-18', skip = 0, limit = 200
SELECT CAST(ships.built AS CHAR) AS built, ships.id AS id
FROM ships
WHERE ships.built > :at_value ORDER BY ships.built, ships.id
 LIMIT :skip, :limit;

-- Ship by sailed ↑: after a value, part 1 of 2
-- at_value = '1851-10-18 12:30:00', at_0 = 7, skip = 0, limit = 200
SELECT CAST(ships.sailed AS CHAR) AS sailed, ships.id AS id
FROM ships
WHERE ships.sailed = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by sailed ↑: after a value, part 2 of 2
-- at_value = '1851-10-18 12:30:00', skip = 0, limit = 200
SELECT CAST(ships.sailed AS CHAR) AS sailed, ships.id AS id
FROM ships
WHERE ships.sailed > :at_value ORDER BY ships.sailed, ships.id
 LIMIT :skip, :limit;

-- Ship by watch ↑: after a value, part 1 of 2
-- at_value = '04:00:00', at_0 = 7, skip = 0, limit = 200
SELECT CAST(ships.watch AS CHAR) AS watch, ships.id AS id
FROM ships
WHERE ships.watch = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by watch ↑: after a value, part 2 of 2
-- at_value = '04:00:00', skip = 0, limit = 200
SELECT CAST(ships.watch AS CHAR) AS watch, ships.id AS id
FROM ships
WHERE ships.watch > :at_value ORDER BY ships.watch, ships.id
 LIMIT :skip, :limit;

-- Ship by rig ↑: after a value, part 1 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.rig) > 200) THEN substr(ships.rig, 1, 200) ELSE ships.rig END AS anon_1, CASE WHEN (char_length(ships.rig) > 200) THEN char_length(ships.rig) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.rig = coalesce((SELECT ships.rig + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rig ↑: after a value, part 2 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.rig) > 200) THEN substr(ships.rig, 1, 200) ELSE ships.rig END AS anon_1, CASE WHEN (char_length(ships.rig) > 200) THEN char_length(ships.rig) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.rig > coalesce((SELECT ships.rig + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) ORDER BY ships.rig, ships.id
 LIMIT :skip, :limit;

-- Ship by rig ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.rig) > 200) THEN substr(ships.rig, 1, 200) ELSE ships.rig END AS anon_1, CASE WHEN (char_length(ships.rig) > 200) THEN char_length(ships.rig) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.rig = coalesce((SELECT ships.rig + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by rig ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.rig) > 200) THEN substr(ships.rig, 1, 200) ELSE ships.rig END AS anon_1, CASE WHEN (char_length(ships.rig) > 200) THEN char_length(ships.rig) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.rig > coalesce((SELECT ships.rig + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) ORDER BY ships.rig, ships.id
 LIMIT :skip, :limit;

-- Ship by state ↑: after a value, part 1 of 2
-- at_value = 'sunk', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.state) > 200) THEN substr(ships.state, 1, 200) ELSE ships.state END AS anon_1, CASE WHEN (char_length(ships.state) > 200) THEN char_length(ships.state) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.state = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by state ↑: after a value, part 2 of 2
-- at_value = 'sunk', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.state) > 200) THEN substr(ships.state, 1, 200) ELSE ships.state END AS anon_1, CASE WHEN (char_length(ships.state) > 200) THEN char_length(ships.state) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.state > :at_value ORDER BY ships.state, ships.id
 LIMIT :skip, :limit;

-- Ship by state ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, at_value = 'sunk', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.state) > 200) THEN substr(ships.state, 1, 200) ELSE ships.state END AS anon_1, CASE WHEN (char_length(ships.state) > 200) THEN char_length(ships.state) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.state = coalesce((SELECT ships.state AS state
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by state ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, at_value = 'sunk', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.state) > 200) THEN substr(ships.state, 1, 200) ELSE ships.state END AS anon_1, CASE WHEN (char_length(ships.state) > 200) THEN char_length(ships.state) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.state > coalesce((SELECT ships.state AS state
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) ORDER BY ships.state, ships.id
 LIMIT :skip, :limit;

-- Ship by cargo ↑: after a value, part 1 of 2
-- at_value = '{"rum": 7}', at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.cargo) > 200) THEN substr(ships.cargo, 1, 200) ELSE ships.cargo END AS anon_1, CASE WHEN (char_length(ships.cargo) > 200) THEN char_length(ships.cargo) END AS anon_2, ships.id AS id
FROM ships
WHERE left(ships.cargo, 200) = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by cargo ↑: after a value, part 2 of 2
-- at_value = '{"rum": 7}', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.cargo) > 200) THEN substr(ships.cargo, 1, 200) ELSE ships.cargo END AS anon_1, CASE WHEN (char_length(ships.cargo) > 200) THEN char_length(ships.cargo) END AS anon_2, ships.id AS id
FROM ships
WHERE left(ships.cargo, 200) > :at_value ORDER BY left(ships.cargo, 200), ships.id
 LIMIT :skip, :limit;

-- Ship by cargo ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, at_value = '{"rum": 7}', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.cargo) > 200) THEN substr(ships.cargo, 1, 200) ELSE ships.cargo END AS anon_1, CASE WHEN (char_length(ships.cargo) > 200) THEN char_length(ships.cargo) END AS anon_2, ships.id AS id
FROM ships
WHERE coalesce((SELECT left(ships.cargo, 200) AS left_1
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) = left(ships.cargo, 200) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by cargo ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, at_value = '{"rum": 7}', skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.cargo) > 200) THEN substr(ships.cargo, 1, 200) ELSE ships.cargo END AS anon_1, CASE WHEN (char_length(ships.cargo) > 200) THEN char_length(ships.cargo) END AS anon_2, ships.id AS id
FROM ships
WHERE coalesce((SELECT left(ships.cargo, 200) AS left_1
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), :at_value) < left(ships.cargo, 200) ORDER BY left(ships.cargo, 200), ships.id
 LIMIT :skip, :limit;

-- Ship by is_lost ↑: after a value, part 1 of 2
-- at_value = 1, at_0 = 7, skip = 0, limit = 200
SELECT ships.is_lost + 0 AS anon_1, ships.id AS id
FROM ships
WHERE ships.is_lost = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by is_lost ↑: after a value, part 2 of 2
-- at_value = 1, skip = 0, limit = 200
SELECT ships.is_lost + 0 AS anon_1, ships.id AS id
FROM ships
WHERE ships.is_lost > :at_value ORDER BY ships.is_lost, ships.id
 LIMIT :skip, :limit;

-- Ship by code ↑: after a value, part 1 of 2
-- at_value = '12345678123456781234567812345678', at_0 = 7, skip = 0, limit = 200
SELECT ships.code AS code, ships.id AS id
FROM ships
WHERE ships.code = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by code ↑: after a value, part 2 of 2
-- at_value = '12345678123456781234567812345678', skip = 0, limit = 200
SELECT ships.code AS code, ships.id AS id
FROM ships
WHERE ships.code > :at_value ORDER BY ships.code, ships.id
 LIMIT :skip, :limit;

-- Ship by flags ↑: after a value, part 1 of 2
-- at_value = 5, at_0 = 7, skip = 0, limit = 200
SELECT ships.flags + 0 AS anon_1, ships.id AS id
FROM ships
WHERE ships.flags = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by flags ↑: after a value, part 2 of 2
-- at_value = 5, skip = 0, limit = 200
SELECT ships.flags + 0 AS anon_1, ships.id AS id
FROM ships
WHERE ships.flags > :at_value ORDER BY ships.flags, ships.id
 LIMIT :skip, :limit;

-- Ship by sails ↑: after a value, part 1 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.sails) > 200) THEN substr(ships.sails, 1, 200) ELSE ships.sails END AS anon_1, CASE WHEN (char_length(ships.sails) > 200) THEN char_length(ships.sails) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.sails = coalesce((SELECT ships.sails + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by sails ↑: after a value, part 2 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.sails) > 200) THEN substr(ships.sails, 1, 200) ELSE ships.sails END AS anon_1, CASE WHEN (char_length(ships.sails) > 200) THEN char_length(ships.sails) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.sails > coalesce((SELECT ships.sails + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) ORDER BY ships.sails, ships.id
 LIMIT :skip, :limit;

-- Ship by sails ↑: after a value that was cut, part 1 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.sails) > 200) THEN substr(ships.sails, 1, 200) ELSE ships.sails END AS anon_1, CASE WHEN (char_length(ships.sails) > 200) THEN char_length(ships.sails) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.sails = coalesce((SELECT ships.sails + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by sails ↑: after a value that was cut, part 2 of 2
-- at_0 = 7, skip = 0, limit = 200
SELECT CASE WHEN (char_length(ships.sails) > 200) THEN substr(ships.sails, 1, 200) ELSE ships.sails END AS anon_1, CASE WHEN (char_length(ships.sails) > 200) THEN char_length(ships.sails) END AS anon_2, ships.id AS id
FROM ships
WHERE ships.sails > coalesce((SELECT ships.sails + 0 AS anon_3
FROM ships
WHERE ships.id = :at_0
 LIMIT 1), NULL) ORDER BY ships.sails, ships.id
 LIMIT :skip, :limit;

-- Ship by year ↑: after a value, part 1 of 2
-- at_value = 1951, at_0 = 7, skip = 0, limit = 200
SELECT ships.year AS year, ships.id AS id
FROM ships
WHERE ships.year = :at_value AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Ship by year ↑: after a value, part 2 of 2
-- at_value = 1951, skip = 0, limit = 200
SELECT ships.year AS year, ships.id AS id
FROM ships
WHERE ships.year > :at_value ORDER BY ships.year, ships.id
 LIMIT :skip, :limit;

-- Ship: count after (3)
-- after_0 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.id > :after_0;

-- Ship: count up to (7)
-- upto_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id <= :upto_0;

-- Ship: count after (3) up to (7)
-- after_0 = 3, upto_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id > :after_0 AND ships.id <= :upto_0;

-- Ship: count after (3) before (7)
-- after_0 = 3, upto_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id > :after_0 AND ships.id < :upto_0;

-- Ship: count after (7)
-- after_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id > :after_0;

-- Ship: count before (3)
-- upto_0 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.id < :upto_0;

-- Berth: count after (gun, 3)
-- after_0 = 'gun', after_1 = 3
SELECT count(*) AS count_1
FROM berths
WHERE berths.deck >= :after_0 AND (berths.deck > :after_0 OR berths.deck = :after_0 AND berths.number > :after_1);

-- Berth: count up to (orlop, 7)
-- upto_0 = 'orlop', upto_1 = 7
SELECT count(*) AS count_1
FROM berths
WHERE berths.deck <= :upto_0 AND (berths.deck < :upto_0 OR berths.deck = :upto_0 AND berths.number <= :upto_1);

-- Berth: count after (gun, 3) up to (orlop, 7)
-- after_0 = 'gun', after_1 = 3, upto_0 = 'orlop', upto_1 = 7
SELECT count(*) AS count_1
FROM berths
WHERE berths.deck >= :after_0 AND (berths.deck > :after_0 OR berths.deck = :after_0 AND berths.number > :after_1) AND berths.deck <= :upto_0 AND (berths.deck < :upto_0 OR berths.deck = :upto_0 AND berths.number <= :upto_1);

-- Berth: count after (gun, 3) before (orlop, 7)
-- after_0 = 'gun', after_1 = 3, upto_0 = 'orlop', upto_1 = 7
SELECT count(*) AS count_1
FROM berths
WHERE berths.deck >= :after_0 AND (berths.deck > :after_0 OR berths.deck = :after_0 AND berths.number > :after_1) AND berths.deck <= :upto_0 AND (berths.deck < :upto_0 OR berths.deck = :upto_0 AND berths.number < :upto_1);

-- Berth: count after (orlop, 7)
-- after_0 = 'orlop', after_1 = 7
SELECT count(*) AS count_1
FROM berths
WHERE berths.deck >= :after_0 AND (berths.deck > :after_0 OR berths.deck = :after_0 AND berths.number > :after_1);

-- Berth: count before (gun, 3)
-- upto_0 = 'gun', upto_1 = 3
SELECT count(*) AS count_1
FROM berths
WHERE berths.deck <= :upto_0 AND (berths.deck < :upto_0 OR berths.deck = :upto_0 AND berths.number < :upto_1);

-- Adrift: count after (gun, NULL)
-- after_0 = 'gun'
SELECT count(*) AS count_1
FROM adrift
WHERE adrift.deck > :after_0 OR adrift.deck = :after_0 AND adrift.number IS NOT NULL;

-- Adrift: count up to (NULL, 7)
-- upto_1 = 7
SELECT count(*) AS count_1
FROM adrift
WHERE false = 1 OR adrift.deck IS NULL AND (adrift.number < :upto_1 OR adrift.number IS NULL) OR adrift.deck IS NULL AND adrift.number = :upto_1;

-- Adrift: count after (gun, NULL) up to (NULL, 7)
-- after_0 = 'gun', upto_1 = 7
SELECT count(*) AS count_1
FROM adrift
WHERE (adrift.deck > :after_0 OR adrift.deck = :after_0 AND adrift.number IS NOT NULL) AND (false = 1 OR adrift.deck IS NULL AND (adrift.number < :upto_1 OR adrift.number IS NULL) OR adrift.deck IS NULL AND adrift.number = :upto_1);

-- Adrift: count after (gun, NULL) before (NULL, 7)
-- after_0 = 'gun', upto_1 = 7
SELECT count(*) AS count_1
FROM adrift
WHERE (adrift.deck > :after_0 OR adrift.deck = :after_0 AND adrift.number IS NOT NULL) AND (false = 1 OR adrift.deck IS NULL AND (adrift.number < :upto_1 OR adrift.number IS NULL));

-- Adrift: count after (NULL, 7)
-- after_1 = 7
SELECT count(*) AS count_1
FROM adrift
WHERE adrift.deck IS NOT NULL OR adrift.deck IS NULL AND adrift.number > :after_1;

-- Adrift: count before (gun, NULL)
-- upto_0 = 'gun'
SELECT count(*) AS count_1
FROM adrift
WHERE adrift.deck < :upto_0 OR adrift.deck IS NULL OR false = 1;

-- Ship by rank ↑: count after (1, 3)
-- after_value = 1, after_0 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` >= :after_value AND (ships.`rank` > :after_value OR ships.`rank` = :after_value AND ships.id > :after_0);

-- Ship by rank ↑: count up to (NULL, 8)
-- upto_0 = 8
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NULL AND ships.id <= :upto_0;

-- Ship by rank ↑: count after (1, 3) up to (2, 7)
-- after_value = 1, after_0 = 3, upto_value = 2, upto_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` >= :after_value AND (ships.`rank` > :after_value OR ships.`rank` = :after_value AND ships.id > :after_0) AND (ships.`rank` <= :upto_value AND (ships.`rank` < :upto_value OR ships.`rank` = :upto_value AND ships.id <= :upto_0) OR ships.`rank` IS NULL);

-- Ship by rank ↑: count after (1, 3) before (2, 7)
-- after_value = 1, after_0 = 3, upto_value = 2, upto_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` >= :after_value AND (ships.`rank` > :after_value OR ships.`rank` = :after_value AND ships.id > :after_0) AND (ships.`rank` <= :upto_value AND (ships.`rank` < :upto_value OR ships.`rank` = :upto_value AND ships.id < :upto_0) OR ships.`rank` IS NULL);

-- Ship by rank ↑: count after (NULL, 8)
-- after_0 = 8
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NULL AND ships.id > :after_0 OR ships.`rank` IS NOT NULL;

-- Ship by rank ↑: count before (1, 3)
-- upto_value = 1, upto_0 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` <= :upto_value AND (ships.`rank` < :upto_value OR ships.`rank` = :upto_value AND ships.id < :upto_0) OR ships.`rank` IS NULL;

-- Ship by rank ↓: count after (2, 7)
-- after_value = 2, after_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL;

-- Ship by rank ↓: count up to (NULL, 8)
-- upto_0 = 8
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL;

-- Ship by rank ↓: count after (2, 7) up to (1, 3)
-- after_value = 2, after_0 = 7, upto_value = 1, upto_0 = 3
SELECT count(*) AS count_1
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND ships.`rank` >= :upto_value AND (ships.`rank` > :upto_value OR ships.`rank` = :upto_value AND ships.id >= :upto_0);

-- Ship by rank ↓: count after (2, 7) before (1, 3)
-- after_value = 2, after_0 = 7, upto_value = 1, upto_0 = 3
SELECT count(*) AS count_1
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND ships.`rank` >= :upto_value AND (ships.`rank` > :upto_value OR ships.`rank` = :upto_value AND ships.id > :upto_0);

-- Ship by rank ↓: count after (NULL, 8)
-- after_0 = 8
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NULL AND ships.id < :after_0;

-- Ship by rank ↓: count before (2, 7)
-- upto_value = 2, upto_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` >= :upto_value AND (ships.`rank` > :upto_value OR ships.`rank` = :upto_value AND ships.id > :upto_0);

-- Ship where id = 7
-- param_1 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id = :param_1;

-- Ship where id = -9223372036854775809
-- param_1 = -9223372036854775809
SELECT count(*) AS count_1
FROM ships
WHERE ships.id = :param_1;

-- Ship where id < 7
-- param_1 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id < :param_1;

-- Ship where id > 7
-- param_1 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.id > :param_1;

-- Ship where id ~ 7
-- param_1 = '%7%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.id AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where id is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.id IS NULL;

-- Ship where fleet_id = 7
-- param_1 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.fleet_id = :param_1;

-- Ship where fleet_id < 7
-- param_1 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.fleet_id < :param_1;

-- Ship where fleet_id > 7
-- param_1 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.fleet_id > :param_1;

-- Ship where fleet_id ~ 7
-- param_1 = '%7%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.fleet_id AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where fleet_id is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.fleet_id IS NULL;

-- Ship where name = Pequod
-- param_1 = 'Pequod'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name = :param_1;

-- Ship where name = 50% of_/it
-- param_1 = '50% of_/it'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name = :param_1;

-- Ship where name < Pequod
-- param_1 = 'Pequod'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name < :param_1;

-- Ship where name > Pequod
-- param_1 = 'Pequod'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name > :param_1;

-- Ship where name ~ Pequod
-- param_1 = '%Pequod%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name LIKE :param_1 ESCAPE '/';

-- Ship where name is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.name IS NULL;

-- Ship where note = it's
-- param_1 = "it's"
SELECT count(*) AS count_1
FROM ships
WHERE ships.note = :param_1;

-- Ship where note < it's
-- param_1 = "it's"
SELECT count(*) AS count_1
FROM ships
WHERE ships.note < :param_1;

-- Ship where note > it's
-- param_1 = "it's"
SELECT count(*) AS count_1
FROM ships
WHERE ships.note > :param_1;

-- Ship where note ~ it's
-- param_1 = "%it's%"
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship where note is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.note IS NULL;

-- Ship where rank = 3
-- param_1 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` = :param_1;

-- Ship where rank = 99999999999999999999
-- param_1 = 99999999999999999999
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` = :param_1;

-- Ship where rank = three
-- refused: three is not a valid int

-- Ship where rank < 3
-- param_1 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` < :param_1;

-- Ship where rank > 3
-- param_1 = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` > :param_1;

-- Ship where rank ~ 3
-- param_1 = '%3%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.`rank` AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where rank is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NULL;

-- Ship where tons = 0.1
-- param_1 = 0.1, param_2 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons = :param_1 OR ships.tons = CAST(:param_2 AS FLOAT);

-- Ship where tons = nan
-- refused: nan is not a finite number

-- Ship where tons = inf
-- refused: inf is not a finite number

-- Ship where tons < 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons < :param_1;

-- Ship where tons > 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons > :param_1;

-- Ship where tons ~ 0.1
-- param_1 = '%0.1%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.tons AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where tons is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons IS NULL;

-- Ship where draft = 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft = :param_1;

-- Ship where draft < 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft < :param_1;

-- Ship where draft > 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft > :param_1;

-- Ship where draft ~ 0.1
-- param_1 = '%0.1%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.draft AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where draft is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft IS NULL;

-- Ship where price = 19.90
-- param_1 = Decimal('19.90')
SELECT count(*) AS count_1
FROM ships
WHERE ships.price = :param_1;

-- Ship where price = sNaN
-- refused: sNaN is not a valid Decimal

-- Ship where price < 19.90
-- param_1 = Decimal('19.90')
SELECT count(*) AS count_1
FROM ships
WHERE ships.price < :param_1;

-- Ship where price > 19.90
-- param_1 = Decimal('19.90')
SELECT count(*) AS count_1
FROM ships
WHERE ships.price > :param_1;

-- Ship where price ~ 19.90
-- param_1 = '%19.90%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.price AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where price is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.price IS NULL;

-- Ship where seal = x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal = :param_1;

-- Ship where seal = 00ff
-- refused: 00ff is not a BLOB; write it in hex: x'00ff'

-- Ship where seal < x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal < :param_1;

-- Ship where seal > x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal > :param_1;

-- Ship where seal ~ x'00ff'
-- param_1 = "%x'00ff'%"
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.seal AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where seal is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal IS NULL;

-- Ship where chart = x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart = :param_1;

-- Ship where chart < x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart < :param_1;

-- Ship where chart > x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart > :param_1;

-- Ship where chart ~ x'00ff'
-- param_1 = "%x'00ff'%"
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.chart AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where chart is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart IS NULL;

-- Ship where built = 1851-10-18
-- param_1 = datetime.date(1851, 10, 18)
SELECT count(*) AS count_1
FROM ships
WHERE ships.built = :param_1;

-- Ship where built = infinity
-- refused: infinity is not a valid date

-- Ship where built = 18.10.1851
-- refused: 18.10.1851 is not a valid date

-- Ship where built < 1851-10-18
-- param_1 = datetime.date(1851, 10, 18)
SELECT count(*) AS count_1
FROM ships
WHERE ships.built < :param_1;

-- Ship where built > 1851-10-18
-- param_1 = datetime.date(1851, 10, 18)
SELECT count(*) AS count_1
FROM ships
WHERE ships.built > :param_1;

-- Ship where built ~ 1851-10-18
-- param_1 = '%1851-10-18%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.built AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where built is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.built IS NULL;

-- Ship where sailed = 1851-10-18 12:30:00
-- param_1 = datetime.datetime(1851, 10, 18, 12, 30)
SELECT count(*) AS count_1
FROM ships
WHERE ships.sailed = :param_1;

-- Ship where sailed = 0044-03-15 12:00:00 BC
-- refused: 0044-03-15 12:00:00 BC is not a valid datetime

-- Ship where sailed < 1851-10-18 12:30:00
-- param_1 = datetime.datetime(1851, 10, 18, 12, 30)
SELECT count(*) AS count_1
FROM ships
WHERE ships.sailed < :param_1;

-- Ship where sailed > 1851-10-18 12:30:00
-- param_1 = datetime.datetime(1851, 10, 18, 12, 30)
SELECT count(*) AS count_1
FROM ships
WHERE ships.sailed > :param_1;

-- Ship where sailed ~ 1851-10-18 12:30:00
-- param_1 = '%1851-10-18 12:30:00%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.sailed AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where sailed is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.sailed IS NULL;

-- Ship where watch = 04:00:00
-- param_1 = datetime.time(4, 0)
SELECT count(*) AS count_1
FROM ships
WHERE ships.watch = :param_1;

-- Ship where watch = 24:00:00
-- refused: 24:00:00 is not a valid time

-- Ship where watch < 04:00:00
-- param_1 = datetime.time(4, 0)
SELECT count(*) AS count_1
FROM ships
WHERE ships.watch < :param_1;

-- Ship where watch > 04:00:00
-- param_1 = datetime.time(4, 0)
SELECT count(*) AS count_1
FROM ships
WHERE ships.watch > :param_1;

-- Ship where watch ~ 04:00:00
-- param_1 = '%04:00:00%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.watch AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where watch is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.watch IS NULL;

-- Ship where rig = BRIG
-- param_1 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig = :param_1;

-- Ship where rig = 2
-- param_1 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig = :param_1;

-- Ship where rig = BRIG (2)
-- param_1 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig = :param_1;

-- Ship where rig = galley
-- param_1 = 'galley'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig = :param_1;

-- Ship where rig < BRIG
-- param_1 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig < :param_1;

-- Ship where rig > BRIG
-- param_1 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig > :param_1;

-- Ship where rig ~ BRIG
-- param_1 = '%BRIG%', param_2 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig LIKE :param_1 ESCAPE '/' OR ships.rig = :param_2;

-- Ship where rig is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig IS NULL;

-- Ship where state = sunk
-- param_1 = 'sunk'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state = :param_1;

-- Ship where state = lost
-- param_1 = 'lost'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state = :param_1;

-- Ship where state < sunk
-- param_1 = 'sunk'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state < :param_1;

-- Ship where state > sunk
-- param_1 = 'sunk'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state > :param_1;

-- Ship where state ~ sunk
-- param_1 = '%sunk%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state LIKE :param_1 ESCAPE '/';

-- Ship where state is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.state IS NULL;

-- Ship where cargo = {"rum": 7}
-- param_1 = '{"rum": 7}'
SELECT count(*) AS count_1
FROM ships
WHERE (CAST(ships.cargo AS CHAR) COLLATE utf8mb4_bin) = :param_1;

-- Ship where cargo < {"rum": 7}
-- param_1 = '{"rum": 7}'
SELECT count(*) AS count_1
FROM ships
WHERE (CAST(ships.cargo AS CHAR) COLLATE utf8mb4_bin) < :param_1;

-- Ship where cargo > {"rum": 7}
-- param_1 = '{"rum": 7}'
SELECT count(*) AS count_1
FROM ships
WHERE (CAST(ships.cargo AS CHAR) COLLATE utf8mb4_bin) > :param_1;

-- Ship where cargo ~ {"rum": 7}
-- param_1 = '%{"rum": 7}%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.cargo LIKE :param_1 ESCAPE '/';

-- Ship where cargo is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.cargo IS NULL;

-- Ship where is_lost = yes
-- param_1 = True
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost = :param_1;

-- Ship where is_lost = perhaps
-- refused: perhaps is not true or false

-- Ship where is_lost < yes
-- param_1 = True
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost < :param_1;

-- Ship where is_lost > yes
-- param_1 = True
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost > :param_1;

-- Ship where is_lost ~ yes
-- param_1 = '%yes%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.is_lost + 0 AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where is_lost is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost IS NULL;

-- Ship where code = 12345678-1234-5678-1234-567812345678
-- param_1 = UUID('12345678-1234-5678-1234-567812345678')
SELECT count(*) AS count_1
FROM ships
WHERE ships.code = :param_1;

-- Ship where code = 1234
-- refused: 1234 is not a valid UUID

-- Ship where code < 12345678-1234-5678-1234-567812345678
-- param_1 = UUID('12345678-1234-5678-1234-567812345678')
SELECT count(*) AS count_1
FROM ships
WHERE ships.code < :param_1;

-- Ship where code > 12345678-1234-5678-1234-567812345678
-- param_1 = UUID('12345678-1234-5678-1234-567812345678')
SELECT count(*) AS count_1
FROM ships
WHERE ships.code > :param_1;

-- Ship where code ~ 12345678-1234-5678-1234-567812345678
-- param_1 = '%12345678-1234-5678-1234-567812345678%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.code AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where code is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.code IS NULL;

-- Ship where flags = 5
-- param_1 = 5
SELECT count(*) AS count_1
FROM ships
WHERE ships.flags = :param_1;

-- Ship where flags < 5
-- param_1 = 5
SELECT count(*) AS count_1
FROM ships
WHERE ships.flags < :param_1;

-- Ship where flags > 5
-- param_1 = 5
SELECT count(*) AS count_1
FROM ships
WHERE ships.flags > :param_1;

-- Ship where flags ~ 5
-- param_1 = '%5%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.flags + 0 AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where flags is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.flags IS NULL;

-- Ship where sails = main,jib
-- param_1 = 'main,jib'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails = :param_1;

-- Ship where sails = 3
-- param_1 = '3'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails = :param_1;

-- Ship where sails < main,jib
-- param_1 = 'main,jib'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails < :param_1;

-- Ship where sails > main,jib
-- param_1 = 'main,jib'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails > :param_1;

-- Ship where sails ~ main,jib
-- param_1 = '%main,jib%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails LIKE :param_1 ESCAPE '/';

-- Ship where sails is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails IS NULL;

-- Ship where year = 1951
-- param_1 = 1951
SELECT count(*) AS count_1
FROM ships
WHERE ships.year = :param_1;

-- Ship where year = 0
-- param_1 = 0
SELECT count(*) AS count_1
FROM ships
WHERE ships.year = :param_1;

-- Ship where year < 1951
-- param_1 = 1951
SELECT count(*) AS count_1
FROM ships
WHERE ships.year < :param_1;

-- Ship where year > 1951
-- param_1 = 1951
SELECT count(*) AS count_1
FROM ships
WHERE ships.year > :param_1;

-- Ship where year ~ 1951
-- param_1 = '%1951%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.year AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship where year is NULL
SELECT count(*) AS count_1
FROM ships
WHERE ships.year IS NULL;

-- Ship by two filters
-- param_1 = 3, param_2 = '%Pe%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` > :param_1 AND ships.name LIKE :param_2 ESCAPE '/';

-- Ship by rank ↓: first match of “a_b”, after (3, 7) up to (NULL, 8)
-- after_value = 3, after_0 = 7, upto_0 = 8, param_1 = '%a/_b%', param_2 = '%a/_b%', param_3 = '%a/_b%', param_4 = '%a/_b%', param_5 = '%a/_b%', param_6 = 1
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND (ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL) AND (ships.name LIKE :param_1 ESCAPE '/' OR ships.note LIKE :param_2 ESCAPE '/' OR ships.rig LIKE :param_3 ESCAPE '/' OR ships.state LIKE :param_4 ESCAPE '/' OR ships.sails LIKE :param_5 ESCAPE '/') ORDER BY ships.`rank` DESC, ships.id DESC
 LIMIT :param_6;

-- Ship by rank ↓: last match of “a_b”, after (3, 7) up to (NULL, 8)
-- after_value = 3, after_0 = 7, upto_0 = 8, param_1 = '%a/_b%', param_2 = '%a/_b%', param_3 = '%a/_b%', param_4 = '%a/_b%', param_5 = '%a/_b%', param_6 = 1
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND (ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL) AND (ships.name LIKE :param_1 ESCAPE '/' OR ships.note LIKE :param_2 ESCAPE '/' OR ships.rig LIKE :param_3 ESCAPE '/' OR ships.state LIKE :param_4 ESCAPE '/' OR ships.sails LIKE :param_5 ESCAPE '/') ORDER BY ships.`rank`, ships.id
 LIMIT :param_6;

-- Ship by rank ↓: matches of “a_b”, after (3, 7) up to (NULL, 8)
-- after_value = 3, after_0 = 7, upto_0 = 8, param_1 = '%a/_b%', param_2 = '%a/_b%', param_3 = '%a/_b%', param_4 = '%a/_b%', param_5 = '%a/_b%'
SELECT count(*) AS count_1
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND (ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL) AND (ships.name LIKE :param_1 ESCAPE '/' OR ships.note LIKE :param_2 ESCAPE '/' OR ships.rig LIKE :param_3 ESCAPE '/' OR ships.state LIKE :param_4 ESCAPE '/' OR ships.sails LIKE :param_5 ESCAPE '/');

-- Ship by rank ↓: first match of “a_b” in name, after (3, 7) up to (NULL, 8)
-- after_value = 3, after_0 = 7, upto_0 = 8, param_1 = '%a/_b%', param_2 = 1
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND (ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL) AND ships.name LIKE :param_1 ESCAPE '/' ORDER BY ships.`rank` DESC, ships.id DESC
 LIMIT :param_2;

-- Ship by rank ↓: last match of “a_b” in name, after (3, 7) up to (NULL, 8)
-- after_value = 3, after_0 = 7, upto_0 = 8, param_1 = '%a/_b%', param_2 = 1
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND (ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL) AND ships.name LIKE :param_1 ESCAPE '/' ORDER BY ships.`rank`, ships.id
 LIMIT :param_2;

-- Ship by rank ↓: matches of “a_b” in name, after (3, 7) up to (NULL, 8)
-- after_value = 3, after_0 = 7, upto_0 = 8, param_1 = '%a/_b%'
SELECT count(*) AS count_1
FROM ships
WHERE (ships.`rank` <= :after_value AND (ships.`rank` < :after_value OR ships.`rank` = :after_value AND ships.id < :after_0) OR ships.`rank` IS NULL) AND (ships.`rank` IS NULL AND ships.id >= :upto_0 OR ships.`rank` IS NOT NULL) AND ships.name LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in id
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.id AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in id
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.id AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in fleet_id
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.fleet_id AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in fleet_id
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.fleet_id AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in name
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in name
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.name LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in note
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in note
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in rank
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.`rank` AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in rank
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.`rank` AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in tons
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.tons AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in tons
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.tons AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in draft
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.draft AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in draft
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.draft AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in price
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.price AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in price
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.price AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in seal
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.seal AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in seal
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.seal AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in chart
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.chart AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in chart
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.chart AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in built
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.built AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in built
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.built AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in sailed
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.sailed AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in sailed
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.sailed AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in watch
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.watch AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in watch
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(CAST(ships.watch AS CHAR) AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in rig
-- param_1 = '%Br%', param_2 = 'BRIG'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig LIKE :param_1 ESCAPE '/' OR ships.rig = :param_2;

-- Ship: matches of “^Br” in rig
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.rig LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in state
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in state
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.state LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in cargo
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.cargo LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in cargo
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.cargo LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in is_lost
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.is_lost + 0 AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in is_lost
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.is_lost + 0 AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in code
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.code AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in code
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.code AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in flags
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.flags + 0 AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in flags
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.flags + 0 AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in sails
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in sails
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.sails LIKE :param_1 ESCAPE '/';

-- Ship: matches of “Br” in year
-- param_1 = '%Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.year AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of “^Br” in year
-- param_1 = 'Br%'
SELECT count(*) AS count_1
FROM ships
WHERE CAST(ships.year AS CHAR) LIKE :param_1 ESCAPE '/';

-- Ship: matches of '\u201c^50%\u201d in note'
-- param_1 = '50/%%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of '\u201c^a/b\u201d in note'
-- param_1 = 'a//b%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of '\u201c^\\\u201d in note'
-- param_1 = '\\%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of '\u201c^Z\u201d in note'
-- param_1 = 'Z%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of '\u201c^\ud7ff\u201d in note'
-- param_1 = '\ud7ff%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- Ship: matches of '\u201c^\U0010ffff\u201d in note'
-- param_1 = '\U0010ffff%'
SELECT count(*) AS count_1
FROM ships
WHERE ships.note LIKE :param_1 ESCAPE '/';

-- KeyedBy_tons: matches of text, in no column of text
-- param_1 = '%0.1%'
SELECT count(*) AS count_1
FROM keyed_by_tons
WHERE CAST(keyed_by_tons.`key` AS CHAR) LIKE :param_1 ESCAPE '/';

-- KeyedBy_name: after a row
-- at_0 = 'Pequod', skip = 0, limit = 200
SELECT keyed_by_name.`key` AS `key`
FROM keyed_by_name
WHERE keyed_by_name.`key` > :at_0 ORDER BY keyed_by_name.`key`
 LIMIT :skip, :limit;

-- KeyedBy_name: the row of Pequod
-- param_1 = 'Pequod', param_2 = 1
SELECT keyed_by_name.`key` AS `key`
FROM keyed_by_name
WHERE keyed_by_name.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_name: the row of 50% of_/it
-- param_1 = '50% of_/it', param_2 = 1
SELECT keyed_by_name.`key` AS `key`
FROM keyed_by_name
WHERE keyed_by_name.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_tons: after a row
-- at_0 = 0.5, skip = 0, limit = 200
SELECT keyed_by_tons.`key` + 0 AS anon_1
FROM keyed_by_tons
WHERE keyed_by_tons.`key` > :at_0 ORDER BY keyed_by_tons.`key`
 LIMIT :skip, :limit;

-- KeyedBy_tons: the row of 0.1
-- param_1 = 0.1, param_2 = 0.1, param_3 = 1
SELECT keyed_by_tons.`key` + 0 AS anon_1
FROM keyed_by_tons
WHERE keyed_by_tons.`key` = :param_1 OR keyed_by_tons.`key` = CAST(:param_2 AS FLOAT)
 LIMIT :param_3;

-- KeyedBy_tons: the row of nan
-- refused: nan is not a finite number

-- KeyedBy_tons: the row of inf
-- refused: inf is not a finite number

-- KeyedBy_draft: after a row
-- at_0 = 0.5, skip = 0, limit = 200
SELECT keyed_by_draft.`key` + 0 AS anon_1
FROM keyed_by_draft
WHERE keyed_by_draft.`key` > :at_0 ORDER BY keyed_by_draft.`key`
 LIMIT :skip, :limit;

-- KeyedBy_draft: the row of 0.1
-- param_1 = 0.1, param_2 = 1
SELECT keyed_by_draft.`key` + 0 AS anon_1
FROM keyed_by_draft
WHERE keyed_by_draft.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_price: after a row
-- at_0 = Decimal('19.50'), skip = 0, limit = 200
SELECT keyed_by_price.`key` AS `key`
FROM keyed_by_price
WHERE keyed_by_price.`key` > :at_0 ORDER BY keyed_by_price.`key`
 LIMIT :skip, :limit;

-- KeyedBy_price: the row of 19.90
-- param_1 = Decimal('19.90'), param_2 = 1
SELECT keyed_by_price.`key` AS `key`
FROM keyed_by_price
WHERE keyed_by_price.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_price: the row of sNaN
-- refused: sNaN is not a valid Decimal

-- KeyedBy_seal: after a row
-- at_0 = b'\x00\xff', skip = 0, limit = 200
SELECT keyed_by_seal.`key` AS `key`
FROM keyed_by_seal
WHERE keyed_by_seal.`key` > :at_0 ORDER BY keyed_by_seal.`key`
 LIMIT :skip, :limit;

-- KeyedBy_seal: the row of x'00ff'
-- param_1 = b'\x00\xff', param_2 = 1
SELECT keyed_by_seal.`key` AS `key`
FROM keyed_by_seal
WHERE keyed_by_seal.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_seal: the row of 00ff
-- refused: 00ff is not a BLOB; write it in hex: x'00ff'

-- KeyedBy_built: after a row
-- at_0 = '1851-10-18', skip = 0, limit = 200
SELECT keyed_by_built.`key` AS `key`
FROM keyed_by_built
WHERE keyed_by_built.`key` > :at_0 ORDER BY keyed_by_built.`key`
 LIMIT :skip, :limit;

-- KeyedBy_built: the row of 1851-10-18
-- param_1 = datetime.date(1851, 10, 18), param_2 = 1
SELECT keyed_by_built.`key` AS `key`
FROM keyed_by_built
WHERE keyed_by_built.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_built: the row of infinity
-- refused: infinity is not a valid date

-- KeyedBy_built: the row of 18.10.1851
-- refused: 18.10.1851 is not a valid date

-- KeyedBy_sailed: after a row
-- at_0 = '1851-10-18 12:30:00', skip = 0, limit = 200
SELECT keyed_by_sailed.`key` AS `key`
FROM keyed_by_sailed
WHERE keyed_by_sailed.`key` > :at_0 ORDER BY keyed_by_sailed.`key`
 LIMIT :skip, :limit;

-- KeyedBy_sailed: the row of 1851-10-18 12:30:00
-- param_1 = datetime.datetime(1851, 10, 18, 12, 30), param_2 = 1
SELECT keyed_by_sailed.`key` AS `key`
FROM keyed_by_sailed
WHERE keyed_by_sailed.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_sailed: the row of 0044-03-15 12:00:00 BC
-- refused: 0044-03-15 12:00:00 BC is not a valid datetime

-- KeyedBy_watch: after a row
-- at_0 = '04:00:00', skip = 0, limit = 200
SELECT CAST(keyed_by_watch.`key` AS CHAR) AS `key`
FROM keyed_by_watch
WHERE keyed_by_watch.`key` > :at_0 ORDER BY keyed_by_watch.`key`
 LIMIT :skip, :limit;

-- KeyedBy_watch: the row of 04:00:00
-- param_1 = datetime.time(4, 0), param_2 = 1
SELECT CAST(keyed_by_watch.`key` AS CHAR) AS `key`
FROM keyed_by_watch
WHERE keyed_by_watch.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_watch: the row of 24:00:00
-- param_1 = '24:00:00', param_2 = 1
SELECT CAST(keyed_by_watch.`key` AS CHAR) AS `key`
FROM keyed_by_watch
WHERE keyed_by_watch.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_rig: after a row
-- at_0 = 2, skip = 0, limit = 200
SELECT keyed_by_rig.`key` + 0 AS anon_1
FROM keyed_by_rig
WHERE keyed_by_rig.`key` > :at_0 ORDER BY keyed_by_rig.`key`
 LIMIT :skip, :limit;

-- KeyedBy_rig: the row of BRIG
-- param_1 = 'BRIG', param_2 = 1
SELECT keyed_by_rig.`key` + 0 AS anon_1
FROM keyed_by_rig
WHERE keyed_by_rig.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_rig: the row of 2
-- param_1 = 'BRIG', param_2 = 1
SELECT keyed_by_rig.`key` + 0 AS anon_1
FROM keyed_by_rig
WHERE keyed_by_rig.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_rig: the row of BRIG (2)
-- param_1 = 'BRIG', param_2 = 1
SELECT keyed_by_rig.`key` + 0 AS anon_1
FROM keyed_by_rig
WHERE keyed_by_rig.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_rig: the row of galley
-- param_1 = 'galley', param_2 = 1
SELECT keyed_by_rig.`key` + 0 AS anon_1
FROM keyed_by_rig
WHERE keyed_by_rig.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_is_lost: after a row
-- at_0 = 1, skip = 0, limit = 200
SELECT keyed_by_is_lost.`key` + 0 AS anon_1
FROM keyed_by_is_lost
WHERE keyed_by_is_lost.`key` > :at_0 ORDER BY keyed_by_is_lost.`key`
 LIMIT :skip, :limit;

-- KeyedBy_is_lost: the row of yes
-- param_1 = True, param_2 = 1
SELECT keyed_by_is_lost.`key` + 0 AS anon_1
FROM keyed_by_is_lost
WHERE keyed_by_is_lost.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_is_lost: the row of perhaps
-- refused: perhaps is not true or false

-- KeyedBy_code: after a row
-- at_0 = '12345678123456781234567812345678', skip = 0, limit = 200
SELECT keyed_by_code.`key` AS `key`
FROM keyed_by_code
WHERE keyed_by_code.`key` > :at_0 ORDER BY keyed_by_code.`key`
 LIMIT :skip, :limit;

-- KeyedBy_code: the row of 12345678-1234-5678-1234-567812345678
-- param_1 = UUID('12345678-1234-5678-1234-567812345678'), param_2 = 1
SELECT keyed_by_code.`key` AS `key`
FROM keyed_by_code
WHERE keyed_by_code.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_code: the row of 1234
-- refused: 1234 is not a valid UUID

-- KeyedBy_flags: after a row
-- at_0 = 5, skip = 0, limit = 200
SELECT keyed_by_flags.`key` + 0 AS anon_1
FROM keyed_by_flags
WHERE keyed_by_flags.`key` > :at_0 ORDER BY keyed_by_flags.`key`
 LIMIT :skip, :limit;

-- KeyedBy_flags: the row of 5
-- param_1 = 5, param_2 = 1
SELECT keyed_by_flags.`key` + 0 AS anon_1
FROM keyed_by_flags
WHERE keyed_by_flags.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_sails: after a row
-- at_0 = 3, skip = 0, limit = 200
SELECT keyed_by_sails.`key` + 0 AS anon_1
FROM keyed_by_sails
WHERE keyed_by_sails.`key` > :at_0 ORDER BY keyed_by_sails.`key`
 LIMIT :skip, :limit;

-- KeyedBy_sails: the row of main,jib
-- param_1 = 'main,jib', param_2 = 1
SELECT keyed_by_sails.`key` + 0 AS anon_1
FROM keyed_by_sails
WHERE keyed_by_sails.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_sails: the row of 3
-- param_1 = '3', param_2 = 1
SELECT keyed_by_sails.`key` + 0 AS anon_1
FROM keyed_by_sails
WHERE keyed_by_sails.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_year: after a row
-- at_0 = 1951, skip = 0, limit = 200
SELECT keyed_by_year.`key` AS `key`
FROM keyed_by_year
WHERE keyed_by_year.`key` > :at_0 ORDER BY keyed_by_year.`key`
 LIMIT :skip, :limit;

-- KeyedBy_year: the row of 1951
-- param_1 = 1951, param_2 = 1
SELECT keyed_by_year.`key` AS `key`
FROM keyed_by_year
WHERE keyed_by_year.`key` = :param_1
 LIMIT :param_2;

-- KeyedBy_year: the row of 0
-- param_1 = 0, param_2 = 1
SELECT keyed_by_year.`key` AS `key`
FROM keyed_by_year
WHERE keyed_by_year.`key` = :param_1
 LIMIT :param_2;

-- Ship by rank ↓: the row of 7
-- param_1 = 7, param_2 = 1
SELECT ships.`rank` AS `rank`, ships.id AS id
FROM ships
WHERE ships.id = :param_1
 LIMIT :param_2;

-- Ship by rank ↓: the row of 7a
-- refused: 7a is not a key; keys are integers

-- Ship by rank ↓: the row of 7, 8
-- refused: the key is id

-- Berth: the row of orlop, 7
-- param_1 = 'orlop', param_2 = 7, param_3 = 1
SELECT berths.deck AS deck, berths.number AS number
FROM berths
WHERE berths.deck = :param_1 AND berths.number = :param_2
 LIMIT :param_3;

-- Ship by rank ↓: rows before a row, part 1
-- at_value = 3, at_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` = :at_value AND ships.id > :at_0;

-- Ship by rank ↓: rows before a row, part 2
-- at_value = 3
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` > :at_value;

-- Ship by rank ↓: rows before a NULL, part 1
-- at_0 = 7
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NULL AND ships.id > :at_0;

-- Ship by rank ↓: rows before a NULL, part 2
SELECT count(*) AS count_1
FROM ships
WHERE ships.`rank` IS NOT NULL;

-- Ship: a whole row
-- id_1 = 7, param_1 = 1
SELECT ships.id AS id, ships.fleet_id AS fleet_id, ships.name AS name, ships.note AS note, ships.`rank` AS `rank`, ships.tons AS tons, ships.draft AS draft, ships.price AS price, ships.seal AS seal, ships.chart AS chart, CAST(ships.built AS CHAR) AS built, CAST(ships.sailed AS CHAR) AS sailed, CAST(ships.watch AS CHAR) AS watch, ships.rig AS rig, ships.state AS state, ships.cargo AS cargo, ships.is_lost + 0 AS anon_1, ships.code AS code, ships.flags + 0 AS anon_2, ships.sails AS sails, ships.year AS year
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of id
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.id AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.id AS CHAR)) AS char_length_1, ships.id AS id
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of fleet_id
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.fleet_id AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.fleet_id AS CHAR)) AS char_length_1, ships.fleet_id AS fleet_id
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of name
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.name, :substr_2, :substr_3) AS substr_1, char_length(ships.name) AS char_length_1, CASE WHEN (char_length(ships.name) > 200) THEN substr(ships.name, 1, 200) ELSE ships.name END AS anon_1, CASE WHEN (char_length(ships.name) > 200) THEN char_length(ships.name) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of note
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.note, :substr_2, :substr_3) AS substr_1, char_length(ships.note) AS char_length_1, CASE WHEN (char_length(ships.note) > 200) THEN substr(ships.note, 1, 200) ELSE ships.note END AS anon_1, CASE WHEN (char_length(ships.note) > 200) THEN char_length(ships.note) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of rank
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.`rank` AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.`rank` AS CHAR)) AS char_length_1, ships.`rank` AS `rank`
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of tons
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.tons AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.tons AS CHAR)) AS char_length_1, ships.tons AS tons
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of draft
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.draft AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.draft AS CHAR)) AS char_length_1, ships.draft AS draft
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of price
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.price AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.price AS CHAR)) AS char_length_1, ships.price AS price
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of seal
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.seal, :substr_2, :substr_3) AS substr_1, length(ships.seal) AS length_1, CASE WHEN (length(ships.seal) > 200) THEN substr(ships.seal, 1, 200) ELSE ships.seal END AS anon_1, CASE WHEN (length(ships.seal) > 200) THEN length(ships.seal) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of chart
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.chart, :substr_2, :substr_3) AS substr_1, length(ships.chart) AS length_1, CASE WHEN (length(ships.chart) > 200) THEN substr(ships.chart, 1, 200) ELSE ships.chart END AS anon_1, CASE WHEN (length(ships.chart) > 200) THEN length(ships.chart) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of built
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(CAST(ships.built AS CHAR) AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(CAST(ships.built AS CHAR) AS CHAR)) AS char_length_1, CAST(ships.built AS CHAR) AS built
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of sailed
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(CAST(ships.sailed AS CHAR) AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(CAST(ships.sailed AS CHAR) AS CHAR)) AS char_length_1, CAST(ships.sailed AS CHAR) AS sailed
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of watch
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(CAST(ships.watch AS CHAR) AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(CAST(ships.watch AS CHAR) AS CHAR)) AS char_length_1, CAST(ships.watch AS CHAR) AS watch
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of rig
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.rig, :substr_2, :substr_3) AS substr_1, char_length(ships.rig) AS char_length_1, CASE WHEN (char_length(ships.rig) > 200) THEN substr(ships.rig, 1, 200) ELSE ships.rig END AS anon_1, CASE WHEN (char_length(ships.rig) > 200) THEN char_length(ships.rig) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of state
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.state, :substr_2, :substr_3) AS substr_1, char_length(ships.state) AS char_length_1, CASE WHEN (char_length(ships.state) > 200) THEN substr(ships.state, 1, 200) ELSE ships.state END AS anon_1, CASE WHEN (char_length(ships.state) > 200) THEN char_length(ships.state) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of cargo
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.cargo, :substr_2, :substr_3) AS substr_1, char_length(ships.cargo) AS char_length_1, CASE WHEN (char_length(ships.cargo) > 200) THEN substr(ships.cargo, 1, 200) ELSE ships.cargo END AS anon_1, CASE WHEN (char_length(ships.cargo) > 200) THEN char_length(ships.cargo) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of is_lost
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.is_lost + 0 AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.is_lost + 0 AS CHAR)) AS char_length_1, ships.is_lost + 0 AS anon_1
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of code
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.code AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.code AS CHAR)) AS char_length_1, ships.code AS code
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of flags
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.flags + 0 AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.flags + 0 AS CHAR)) AS char_length_1, ships.flags + 0 AS anon_1
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of sails
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(ships.sails, :substr_2, :substr_3) AS substr_1, char_length(ships.sails) AS char_length_1, CASE WHEN (char_length(ships.sails) > 200) THEN substr(ships.sails, 1, 200) ELSE ships.sails END AS anon_1, CASE WHEN (char_length(ships.sails) > 200) THEN char_length(ships.sails) END AS anon_2
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Ship: a part of year
-- substr_2 = 2001, substr_3 = 1000, id_1 = 7, param_1 = 1
SELECT substr(CAST(ships.year AS CHAR), :substr_2, :substr_3) AS substr_1, char_length(CAST(ships.year AS CHAR)) AS char_length_1, ships.year AS year
FROM ships
WHERE ships.id = :id_1
 LIMIT :param_1;

-- Loose: a whole row without a key
-- upto_0 = 'orlop', param_1 = 1
SELECT loose.deck AS deck, loose.number AS number, loose.cost AS cost
FROM loose
WHERE (loose.deck < :upto_0 OR loose.deck IS NULL OR false = 1 OR loose.deck = :upto_0 AND loose.number IS NULL) AND loose.deck = :upto_0 AND loose.number IS NULL ORDER BY loose.deck DESC, loose.number DESC
 LIMIT :param_1;

-- Adrift: a whole row without a key
-- upto_0 = 'orlop', param_1 = 1
SELECT adrift.deck AS deck, adrift.number AS number, adrift.cost AS cost
FROM adrift
WHERE (adrift.deck < :upto_0 OR adrift.deck IS NULL OR false = 1 OR adrift.deck = :upto_0 AND adrift.number IS NULL) AND adrift.deck = :upto_0 AND adrift.number IS NULL ORDER BY adrift.deck DESC, adrift.number DESC
 LIMIT :param_1;

-- Adrift by cost ↓: a whole row without a key
-- upto_value = 3, upto_0 = 'orlop', param_1 = 1
SELECT adrift.deck AS deck, adrift.number AS number, adrift.cost AS cost
FROM adrift
WHERE adrift.cost >= :upto_value AND (adrift.cost > :upto_value OR adrift.cost = :upto_value AND (adrift.deck > :upto_0 OR adrift.deck = :upto_0 AND adrift.number IS NOT NULL OR adrift.deck = :upto_0 AND adrift.number IS NULL)) AND adrift.deck = :upto_0 AND adrift.number IS NULL ORDER BY adrift.cost, adrift.deck, adrift.number
 LIMIT :param_1;

-- Fleet.ships: count
-- param_1 = 1
SELECT count(*) AS count_1
FROM fleets AS fleets_1 INNER JOIN ships ON fleets_1.id = ships.fleet_id
WHERE fleets_1.id = :param_1;

-- Fleet.ships: after a row
-- param_1 = 1, at_0 = 7, skip = 0, limit = 200
SELECT ships.id AS id
FROM fleets AS fleets_1 INNER JOIN ships ON fleets_1.id = ships.fleet_id
WHERE fleets_1.id = :param_1 AND ships.id > :at_0 ORDER BY ships.id
 LIMIT :skip, :limit;

-- Fleet.ships: more than that together
-- param_1 = 1000, param_2 = 1, id_1_1 = 1, id_1_2 = 2
SELECT 1
FROM fleets INNER JOIN ships AS ships_1 ON fleets.id = ships_1.fleet_id
WHERE fleets.id IN (:id_1_1, :id_1_2)
 LIMIT :param_1, :param_2;

-- Fleet.ships: owners of more than that
-- count_2 = 1000, id_1_1 = 1, id_1_2 = 2
SELECT fleets.id, count(*) AS count_1
FROM fleets INNER JOIN ships AS ships_1 ON fleets.id = ships_1.fleet_id
WHERE fleets.id IN (:id_1_1, :id_1_2) GROUP BY fleets.id
HAVING count(*) > :count_2 ORDER BY count(*) DESC;

-- Ship.harbors: count
-- param_1 = 1
SELECT count(*) AS count_1
FROM harbors
WHERE harbors.id IN (SELECT harbors_1.id
FROM ships AS ships_1 INNER JOIN visits AS visits_1 ON ships_1.id = visits_1.ship_id INNER JOIN harbors AS harbors_1 ON harbors_1.id = visits_1.harbor_id
WHERE ships_1.id = :param_1);

-- Ship.harbors: after a row
-- param_1 = 1, at_0 = 7, skip = 0, limit = 200
SELECT harbors.id AS id
FROM harbors
WHERE harbors.id IN (SELECT harbors_1.id
FROM ships AS ships_1 INNER JOIN visits AS visits_1 ON ships_1.id = visits_1.ship_id INNER JOIN harbors AS harbors_1 ON harbors_1.id = visits_1.harbor_id
WHERE ships_1.id = :param_1) AND harbors.id > :at_0 ORDER BY harbors.id
 LIMIT :skip, :limit;

-- Ship.harbors: more than that together
-- param_1 = 1000, param_2 = 1, id_1_1 = 1, id_1_2 = 2
SELECT 1
FROM ships INNER JOIN visits AS visits_1 ON ships.id = visits_1.ship_id INNER JOIN harbors AS harbors_1 ON harbors_1.id = visits_1.harbor_id
WHERE ships.id IN (:id_1_1, :id_1_2)
 LIMIT :param_1, :param_2;

-- Ship.harbors: owners of more than that
-- count_2 = 1000, id_1_1 = 1, id_1_2 = 2
SELECT ships.id, count(*) AS count_1
FROM ships INNER JOIN visits AS visits_1 ON ships.id = visits_1.ship_id INNER JOIN harbors AS harbors_1 ON harbors_1.id = visits_1.harbor_id
WHERE ships.id IN (:id_1_1, :id_1_2) GROUP BY ships.id
HAVING count(*) > :count_2 ORDER BY count(*) DESC;

-- Fleet: the instance of a key
-- id_1 = 1
SELECT fleets.id, fleets.name
FROM fleets
WHERE fleets.id = :id_1;

-- Fleet: the instances of keys
-- id_1_1 = 1, id_1_2 = 2
SELECT fleets.id, fleets.name
FROM fleets
WHERE fleets.id IN (:id_1_1, :id_1_2);

-- Berth: the instance of a key
-- deck_1 = 'orlop', number_1 = 7
SELECT berths.deck, berths.number, berths.cost
FROM berths
WHERE berths.deck = :deck_1 AND berths.number = :number_1;

-- Berth: the instances of keys
-- param_1_1_1 = 'orlop', param_1_1_2 = 7, param_1_2_1 = 'gun', param_1_2_2 = 3
SELECT berths.deck, berths.number, berths.cost
FROM berths
WHERE (berths.deck, berths.number) IN ((:param_1_1_1, :param_1_1_2), (:param_1_2_1, :param_1_2_2));
