-- Moves the end of an active lease, never past its maximum.
-- KEYS task, lease, exp, fence_epoch, hwm
-- ARGV lease id, token hash, broker now, clock bound, fence epoch, ttl, generation, ttl that the backend granted or ''
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl', 'au')
if not t[1] or t[2] ~= ARGV[2] then return { 'TOKEN' } end
if t[1] ~= 'o' then return { 'TASK_ENDED' } end
local now = trusted_now(KEYS[5], tonumber(ARGV[3]), tonumber(ARGV[4]))
if not now then return { 'CLOCK' } end
if now >= tonumber(t[3]) then return { 'TASK_ENDED' } end
if now >= tonumber(t[4]) then return { 'ATTESTATION_EXPIRED' } end
local epoch = redis.call('GET', KEYS[4]) or '0'
if epoch ~= ARGV[5] then return { 'STALE_FENCES', epoch } end
local l = read_lease(redis.call('GET', KEYS[2]))
if not l then return { 'LEASE_NOT_FOUND' } end
if l.state ~= 'a' or now >= l.exp then return { 'LEASE_NOT_RENEWABLE' } end
if l.exp >= l.max then return { 'MAX_TTL_REACHED' } end
if l.gen ~= tonumber(ARGV[7]) then return { 'CONCURRENT_UPDATE' } end
l.exp = math.max(l.exp, math.min(now + tonumber(ARGV[6]), l.max))
-- What the backend has cut short must not be promised any longer.
if ARGV[8] ~= '' then l.exp = math.min(l.exp, now + tonumber(ARGV[8])) end
l.gen = l.gen + 1
local value = write_lease(l)
redis.call('SET', KEYS[2], value)
redis.call('ZADD', KEYS[3], str(l.exp), ARGV[1])
return { 'OK', str(now), value }
