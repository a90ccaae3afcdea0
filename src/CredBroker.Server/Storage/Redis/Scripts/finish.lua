-- A sealed task whose leases are all on their way out becomes a memory.
-- KEYS task, TL, TC, tx, exp, ref or the task again
-- ARGV id, remember for
local t = redis.call('HMGET', KEYS[1], 'st')
if t[1] ~= 's' then return { 'NO' } end
redis.call('HSET', KEYS[1], 'st', 'e')
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
-- The name may be another task's by now.
local ref = KEYS[6] ~= KEYS[1] and redis.call('GET', KEYS[6])
if ref and string.sub(ref, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then redis.call('PEXPIRE', KEYS[6], ARGV[2]) end
return { 'OK' }
