-- Counts a refusal of a task by its own token. Where that makes too many within a while, the task is in quarantine from this instant on; a task
-- that is, or that is below one, is not counted any more.
-- KEYS task, refusals, quarantines
-- ARGV token hash, how many make a quarantine, within, quarantine, task id, its ancestors...
local t = redis.call('HMGET', KEYS[1], 'st', 'tok')
if t[1] ~= 'o' or t[2] ~= ARGV[1] then return { 'NO' } end
for i = 5, #ARGV do
  local stands = redis.call('HGET', KEYS[3], ARGV[i])
  if stands then return { 'STANDS', stands } end
end
local now = store_now()
redis.call('RPUSH', KEYS[2], str(now))
redis.call('LTRIM', KEYS[2], -tonumber(ARGV[2]), -1)
redis.call('PEXPIRE', KEYS[2], ARGV[3])
if redis.call('LLEN', KEYS[2]) < tonumber(ARGV[2]) then return { 'COUNTED' } end
if tonumber(redis.call('LINDEX', KEYS[2], 0)) <= now - tonumber(ARGV[3]) then return { 'COUNTED' } end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[3], ARGV[5], ARGV[4])
return { 'NEW', ARGV[4] }
