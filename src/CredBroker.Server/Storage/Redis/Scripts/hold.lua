-- Takes a hold, or prolongs it for whoever has it.
-- KEYS hold
-- ARGV holder, for
local has = redis.call('GET', KEYS[1])
if has and has ~= ARGV[1] then return { 'NO' } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 'OK' }
