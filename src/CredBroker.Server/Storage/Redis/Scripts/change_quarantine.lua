-- Changes a quarantine that is still as somebody saw it, or takes it away; the count begins anew.
-- KEYS quarantines, refusals
-- ARGV task id, the quarantine as it was seen, as it is from now on or ''
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return { 'NO' } end
redis.call('DEL', KEYS[2])
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return { 'OK' }
