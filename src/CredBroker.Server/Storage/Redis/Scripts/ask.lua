-- Records what people are asked to agree to: one request for equal asks of a task, and no more of them than it may make.
-- KEYS task, request, its ask, requests of the task, ar, ad, ac, ap, hwm, the request that the ask named when it was read or the own one
-- ARGV id, token hash, broker now, clock bound, action, lapse after, remember, most, record, the id that the ask named or '',
--      whether the workload has a place for it
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl', 'au')
if not t[1] or t[2] ~= ARGV[2] then return { 'TOKEN' } end
if t[1] ~= 'o' then return { 'TASK_ENDED' } end
local now = trusted_now(KEYS[9], tonumber(ARGV[3]), tonumber(ARGV[4]))
if not now then return { 'CLOCK' } end
local deadline = tonumber(t[3])
if now >= deadline then return { 'TASK_ENDED' } end
if now >= tonumber(t[4]) then return { 'ATTESTATION_EXPIRED' } end
local named = redis.call('GET', KEYS[3]) or ''
if named ~= ARGV[10] then return { 'CHANGED' } end
if named ~= '' then
  local a = redis.call('HMGET', KEYS[10], 'st', 'lp')
  if a[1] == 'd' or ((a[1] == 'p' or a[1] == 'a') and now < tonumber(a[2])) then return { 'STANDS' } end
end
if redis.call('SCARD', KEYS[4]) >= tonumber(ARGV[8]) then return { 'QUOTA_EXCEEDED' } end
if ARGV[11] ~= '1' then return { 'PLACE' } end
local remember = tonumber(ARGV[7])
local lapse = math.min(now + tonumber(ARGV[6]), deadline)
-- It is forgotten by a sweep; where none comes, it goes by itself, later than any sweep would have had it go.
local keep = str(lapse - now + 2 * remember + 604800000)
redis.call('HSET', KEYS[2], 'st', 'p', 'gen', '1', 'act', ARGV[5], 'at', str(now), 'lp', str(lapse), 'd', ARGV[9])
redis.call('PEXPIRE', KEYS[2], keep)
redis.call('SET', KEYS[3], ARGV[1], 'PX', keep)
redis.call('SADD', KEYS[4], ARGV[1])
redis.call('PEXPIRE', KEYS[4], keep)
redis.call('ZADD', KEYS[5], str(now), ARGV[1])
redis.call('ZADD', KEYS[6], str(lapse), ARGV[1])
redis.call('ZADD', KEYS[7], str(now), ARGV[1])
redis.call('ZADD', KEYS[8], str(now), owed(ARGV[1], 1))
return { 'OK', str(now), str(lapse) }
