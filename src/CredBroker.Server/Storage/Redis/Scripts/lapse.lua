-- Lets an open request lapse.
-- KEYS request, ad, ac, ap, hwm
-- ARGV id, only if due, broker now, clock bound, remember
local a = redis.call('HMGET', KEYS[1], 'st', 'lp')
if a[1] ~= 'p' and a[1] ~= 'a' then return { 'NO' } end
local now = store_now()
if ARGV[2] == '1' then
  now = trusted_now(KEYS[5], tonumber(ARGV[3]), tonumber(ARGV[4]))
  if not now or now < tonumber(a[2]) then return { 'NO' } end
end
local gen = redis.call('HINCRBY', KEYS[1], 'gen', 1)
redis.call('HSET', KEYS[1], 'st', 'l', 'la', str(now), 'lg', str(gen))
redis.call('ZADD', KEYS[2], str(now + tonumber(ARGV[5])), ARGV[1])
redis.call('ZADD', KEYS[3], str(now), ARGV[1])
redis.call('ZADD', KEYS[4], str(now), owed(ARGV[1], gen))
return { 'OK' }
