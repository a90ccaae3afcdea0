-- Takes a fence out of one bucket.
-- KEYS fences, fence_epoch
-- ARGV id
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then redis.call('INCR', KEYS[2]) end
return { 'OK' }
