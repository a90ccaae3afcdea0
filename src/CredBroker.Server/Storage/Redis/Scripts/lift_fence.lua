-- Takes a fence out of one bucket.
-- KEYS fences, fence_epoch
-- ARGV id
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then rise(KEYS[2]) end
return { 'OK' }
