-- Counts within a while that begins with the first.
-- KEYS count
-- ARGV how long
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { 'OK', str(count) }
