-- Puts a fence into one bucket. Raising it again changes nothing.
-- KEYS fences, fence_epoch
-- ARGV id, fence
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then rise(KEYS[2]) end
return { 'OK', str(store_now()) }
