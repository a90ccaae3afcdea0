-- Counts leases of an order that are confirmed, or that could not be revoked; each counts once.
-- KEYS hold, unconfirmed, counts
-- ARGV holder, remember for, how many are confirmed, those, then those that could not be revoked
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 'NOT_HELD' } end
local confirmed, irrevocable = 0, 0
for i = 4, #ARGV do
  local known = redis.call('SREM', KEYS[2], ARGV[i])
  if i < 4 + tonumber(ARGV[3]) then confirmed = confirmed + known else irrevocable = irrevocable + known end
end
if confirmed > 0 then redis.call('HINCRBY', KEYS[3], 'confirmed', confirmed) end
if irrevocable > 0 then redis.call('HINCRBY', KEYS[3], 'irrevocable', irrevocable) end
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return { 'OK' }
