-- The fences of one bucket and the epoch that goes with them.
-- KEYS fences, fence_epoch
local out = { 'OK', redis.call('GET', KEYS[2]) or '0' }
local all = redis.call('HGETALL', KEYS[1])
for i = 2, #all, 2 do out[#out + 1] = all[i] end
return out
