-- Loose: after (orlop, 7, (0, 9))
-- at_0 = 'orlop', at_1 = 7, at_2 = (0, 9), limit = 200, skip = 0
SELECT loose.deck AS deck, loose.number AS number, loose.ctid
FROM loose
WHERE loose.deck > :at_0 OR loose.deck IS NULL OR loose.deck = :at_0 AND (loose.number > :at_1 OR loose.number IS NULL) OR loose.deck = :at_0 AND loose.number = :at_1 AND (loose.ctid > :at_2 OR loose.ctid IS NULL) ORDER BY loose.deck, loose.number, loose.ctid
 LIMIT :limit OFFSET :skip;

-- Loose: before (orlop, 7, (0, 9))
-- at_0 = 'orlop', at_1 = 7, at_2 = (0, 9), limit = 200, skip = 0
SELECT loose.deck AS deck, loose.number AS number, loose.ctid
FROM loose
WHERE loose.deck < :at_0 OR loose.deck = :at_0 AND loose.number < :at_1 OR loose.deck = :at_0 AND loose.number = :at_1 AND loose.ctid < :at_2 ORDER BY loose.deck DESC, loose.number DESC, loose.ctid DESC
 LIMIT :limit OFFSET :skip;

-- Loose: after (NULL, 7, (0, 9))
-- at_1 = 7, at_2 = (0, 9), limit = 200, skip = 0
SELECT loose.deck AS deck, loose.number AS number, loose.ctid
FROM loose
WHERE false OR loose.deck IS NULL AND (loose.number > :at_1 OR loose.number IS NULL) OR loose.deck IS NULL AND loose.number = :at_1 AND (loose.ctid > :at_2 OR loose.ctid IS NULL) ORDER BY loose.deck, loose.number, loose.ctid
 LIMIT :limit OFFSET :skip;

-- Loose: before (NULL, 7, (0, 9))
-- at_1 = 7, at_2 = (0, 9), limit = 200, skip = 0
SELECT loose.deck AS deck, loose.number AS number, loose.ctid
FROM loose
WHERE loose.deck IS NOT NULL OR loose.deck IS NULL AND loose.number < :at_1 OR loose.deck IS NULL AND loose.number = :at_1 AND loose.ctid < :at_2 ORDER BY loose.deck DESC, loose.number DESC, loose.ctid DESC
 LIMIT :limit OFFSET :skip;

-- Ship where id = -9223372036854775809
-- param_1 = -9223372036854775809
SELECT count(*) AS count_1
FROM ships
WHERE ships.id = :param_1::NUMERIC;

-- Ship where rank = 99999999999999999999
-- param_1 = 99999999999999999999
SELECT count(*) AS count_1
FROM ships
WHERE ships.rank = :param_1::NUMERIC;

-- Ship where tons = 0.1
-- param_1 = 0.1, param_2 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons = :param_1::FLOAT OR ships.tons = CAST(:param_2::FLOAT AS REAL);

-- Ship where tons = nan
-- param_1 = nan, param_2 = nan
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons = :param_1::FLOAT OR ships.tons = CAST(:param_2::FLOAT AS REAL);

-- Ship where tons = inf
-- param_1 = inf, param_2 = inf
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons = :param_1::FLOAT OR ships.tons = CAST(:param_2::FLOAT AS REAL);

-- Ship where tons < 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons < :param_1::FLOAT;

-- Ship where tons > 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.tons > :param_1::FLOAT;

-- Ship where draft = 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft = :param_1::FLOAT;

-- Ship where draft < 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft < :param_1::FLOAT;

-- Ship where draft > 0.1
-- param_1 = 0.1
SELECT count(*) AS count_1
FROM ships
WHERE ships.draft > :param_1::FLOAT;

-- Ship where price = 19.90
-- param_1 = Decimal('19.90')
SELECT count(*) AS count_1
FROM ships
WHERE ships.price = :param_1::NUMERIC;

-- Ship where price < 19.90
-- param_1 = Decimal('19.90')
SELECT count(*) AS count_1
FROM ships
WHERE ships.price < :param_1::NUMERIC;

-- Ship where price > 19.90
-- param_1 = Decimal('19.90')
SELECT count(*) AS count_1
FROM ships
WHERE ships.price > :param_1::NUMERIC;

-- Ship where seal = x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal = :param_1::BYTEA;

-- Ship where seal < x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal < :param_1::BYTEA;

-- Ship where seal > x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.seal > :param_1::BYTEA;

-- Ship where chart = x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart = :param_1::BYTEA;

-- Ship where chart < x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart < :param_1::BYTEA;

-- Ship where chart > x'00ff'
-- param_1 = b'\x00\xff'
SELECT count(*) AS count_1
FROM ships
WHERE ships.chart > :param_1::BYTEA;

-- Ship where is_lost = yes
-- param_1 = True
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost = :param_1::BOOLEAN;

-- Ship where is_lost < yes
-- param_1 = True
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost < :param_1::BOOLEAN;

-- Ship where is_lost > yes
-- param_1 = True
SELECT count(*) AS count_1
FROM ships
WHERE ships.is_lost > :param_1::BOOLEAN;

-- KeyedBy_tons: after a row
-- at_0 = 0.5, limit = 200, skip = 0
SELECT keyed_by_tons.key AS key
FROM keyed_by_tons
WHERE keyed_by_tons.key > :at_0 ORDER BY keyed_by_tons.key
 LIMIT :limit OFFSET :skip;

-- KeyedBy_tons: the row of 0.1
-- param_1 = 0.1, param_2 = 0.1, param_3 = 1
SELECT keyed_by_tons.key AS key
FROM keyed_by_tons
WHERE keyed_by_tons.key = :param_1::FLOAT OR keyed_by_tons.key = CAST(:param_2::FLOAT AS REAL)
 LIMIT :param_3::INTEGER;

-- KeyedBy_tons: the row of nan
-- param_1 = nan, param_2 = nan, param_3 = 1
SELECT keyed_by_tons.key AS key
FROM keyed_by_tons
WHERE keyed_by_tons.key = :param_1::FLOAT OR keyed_by_tons.key = CAST(:param_2::FLOAT AS REAL)
 LIMIT :param_3::INTEGER;

-- KeyedBy_tons: the row of inf
-- param_1 = inf, param_2 = inf, param_3 = 1
SELECT keyed_by_tons.key AS key
FROM keyed_by_tons
WHERE keyed_by_tons.key = :param_1::FLOAT OR keyed_by_tons.key = CAST(:param_2::FLOAT AS REAL)
 LIMIT :param_3::INTEGER;

-- KeyedBy_draft: after a row
-- at_0 = 0.5, limit = 200, skip = 0
SELECT keyed_by_draft.key AS key
FROM keyed_by_draft
WHERE keyed_by_draft.key > :at_0 ORDER BY keyed_by_draft.key
 LIMIT :limit OFFSET :skip;

-- KeyedBy_draft: the row of 0.1
-- param_1 = 0.1, param_2 = 1
SELECT keyed_by_draft.key AS key
FROM keyed_by_draft
WHERE keyed_by_draft.key = :param_1::FLOAT
 LIMIT :param_2::INTEGER;

-- KeyedBy_price: the row of 19.90
-- param_1 = Decimal('19.90'), param_2 = 1
SELECT keyed_by_price.key AS key
FROM keyed_by_price
WHERE keyed_by_price.key = :param_1::NUMERIC
 LIMIT :param_2::INTEGER;

-- KeyedBy_seal: the row of x'00ff'
-- param_1 = b'\x00\xff', param_2 = 1
SELECT keyed_by_seal.key AS key
FROM keyed_by_seal
WHERE keyed_by_seal.key = :param_1::BYTEA
 LIMIT :param_2::INTEGER;

-- KeyedBy_is_lost: the row of yes
-- param_1 = True, param_2 = 1
SELECT keyed_by_is_lost.key AS key
FROM keyed_by_is_lost
WHERE keyed_by_is_lost.key = :param_1::BOOLEAN
 LIMIT :param_2::INTEGER;

-- Loose: a whole row without a key
-- upto_0 = 'orlop', upto_2 = (0, 9), param_1 = 1
SELECT CAST(loose.deck AS TEXT) AS deck, loose.number AS number, loose.cost AS cost
FROM loose
WHERE (loose.deck < :upto_0 OR loose.deck = :upto_0 AND loose.number IS NOT NULL OR loose.deck = :upto_0 AND loose.number IS NULL AND loose.ctid < :upto_2 OR loose.deck = :upto_0 AND loose.number IS NULL AND loose.ctid = :upto_2) AND loose.ctid = :upto_2 ORDER BY loose.deck DESC, loose.number DESC, loose.ctid DESC
 LIMIT :param_1::INTEGER;
