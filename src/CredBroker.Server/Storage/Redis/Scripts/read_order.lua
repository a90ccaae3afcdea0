-- An order and its counts, all of one instant.
-- KEYS order, counts, unconfirmed
local c = redis.call('HMGET', KEYS[2], 'dead', 'confirmed', 'irrevocable')
return { 'OK', redis.call('GET', KEYS[1]) or '', c[1] or '0', c[2] or '0', c[3] or '0', str(redis.call('SCARD', KEYS[3])) }
