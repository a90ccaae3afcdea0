-- Takes a fence out of one bucket.
-- KEYS fences, fence_epoch
-- ARGV id
local gone = redis.call('HDEL', KEYS[1], ARGV[1])
if gone == 1 then rise(KEYS[2]) end
return { 'OK', gone }
