-- Moves the heartbeat deadline of an open task, and with fresh evidence the end of its attestation.
-- KEYS task, exp
-- ARGV id, token hash, token hash from now on where the workload was attested again or ''
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl', 'hi', 're', 'au', 'hb')
-- Of two that bind it to the same key at once, the second finds it bound.
if not t[1] or (t[2] ~= ARGV[2] and t[2] ~= ARGV[3]) then return { 'TOKEN' } end
local now = store_now()
local deadline = tonumber(t[3])
if t[1] ~= 'o' or now >= deadline then return { 'TASK_ENDED' } end
-- Never earlier than it was: a clock that fell back and is mended again must not have cost the task its life.
local beat = math.max(tonumber(t[7]), math.min(now + tonumber(t[4]), deadline))
local attested = tonumber(t[6])
local token = t[2]
if ARGV[3] ~= '' then
  attested = math.max(attested, now + tonumber(t[5]))
  token = ARGV[3]
end
redis.call('HSET', KEYS[1], 'hb', str(beat), 'au', str(attested), 'tok', token)
redis.call('ZADD', KEYS[2], str(beat), ARGV[1])
return { 'OK', str(beat), str(attested) }
