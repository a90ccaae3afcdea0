-- Puts a fence into one bucket. Raising it again changes nothing. Answers with an instant that nothing in the bucket was issued after.
-- KEYS fences, fence_epoch, hwm
-- ARGV id, fence
local new = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
if new == 1 then rise(KEYS[2]) end
return { 'OK', str(math.max(store_now(), tonumber(redis.call('GET', KEYS[3]) or '0'))), new }
