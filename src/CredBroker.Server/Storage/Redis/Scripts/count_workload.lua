-- Counts a refusal of a workload within a while that begins with the first. Where that makes too many and a quarantine is proposed, the workload is
-- in it from this instant on, and is not counted any more.
-- KEYS count, quarantines
-- ARGV how long, how many are too many, field of the workload, quarantine or ''
local stands = redis.call('HGET', KEYS[2], ARGV[3])
if stands then return { 'STANDS', '0', stands } end
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
if ARGV[4] == '' or count < tonumber(ARGV[2]) then return { 'OK', str(count) } end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return { 'NEW', str(count), ARGV[4] }
