-- Puts the ring of signing keys in the place of the one that the broker has read, and tells verifiers which keys are withdrawn.
-- KEYS keys, withdrawn, withdrawn sequence
-- ARGV version that is expected or '', version, ring, broker's time, bound or '' = whatever the clocks say, keep, withdrawn ids …
local now = store_now()
if ARGV[5] ~= '' and math.abs(now - tonumber(ARGV[4])) > tonumber(ARGV[5]) then return { 'CLOCK' } end
if (redis.call('HGET', KEYS[1], 'v') or '') ~= ARGV[1] then return { 'OTHER' } end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'd', ARGV[3])
local told = 0
for i = 7, #ARGV do told = told + redis.call('ZADD', KEYS[2], 'NX', str(now + tonumber(ARGV[6])), ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', str(now))
if told > 0 then rise(KEYS[3]) end
return { 'OK' }
