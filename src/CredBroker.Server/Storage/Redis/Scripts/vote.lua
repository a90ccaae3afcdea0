-- Records what somebody has said to a request that is as it was read. It does not make its time longer.
-- KEYS task, request, ad, ac, ap, hwm
-- ARGV id, generation as it was read, state from now on ('p', 'a' or 'd'), votes, broker now, clock bound, remember
local a = redis.call('HMGET', KEYS[2], 'st', 'gen', 'lp')
if a[1] ~= 'p' or a[2] ~= ARGV[2] then return { 'OTHER' } end
local now = trusted_now(KEYS[6], tonumber(ARGV[5]), tonumber(ARGV[6]))
if not now then return { 'CLOCK' } end
if now >= tonumber(a[3]) then return { 'LAPSED' } end
local t = redis.call('HMGET', KEYS[1], 'st', 'dl')
if t[1] ~= 'o' or now >= tonumber(t[2]) then return { 'TASK_ENDED' } end
local gen = redis.call('HINCRBY', KEYS[2], 'gen', 1)
redis.call('HSET', KEYS[2], 'st', ARGV[3], 'v', ARGV[4])
if ARGV[3] == 'd' then redis.call('ZADD', KEYS[3], str(now + tonumber(ARGV[7])), ARGV[1]) end
redis.call('ZADD', KEYS[4], str(now), ARGV[1])
redis.call('ZADD', KEYS[5], str(now), owed(ARGV[1], gen))
return { 'OK' }
