-- The credential may leave the broker: only while the task is open, the fences are those that were evaluated, and nobody has ended the lease.
-- KEYS task, lease, exp, fence_epoch, hwm, rq (of each priority)
-- ARGV lease id, generation, fence epoch, broker now, clock bound, notes or '', ttl that the backend granted or ''
local l = read_lease(redis.call('GET', KEYS[2]))
if not l then return { 'GONE' } end
if l.state == 'r' or l.state == 'x' then
  -- What was made is known now, so it can be revoked at once. Whoever claimed the lease before asked without knowing it.
  if ARGV[6] ~= '' then l.notes = with_end(ARGV[6], end_of(l.notes)) end
  l.claim = l.claim + 1
  redis.call('SET', KEYS[2], write_lease(l))
  for i = 6, #KEYS do
    if redis.call('ZSCORE', KEYS[i], ARGV[1]) then redis.call('ZADD', KEYS[i], str(store_now()), ARGV[1]) end
  end
  return { 'REVOKING' }
end
if l.state ~= 'i' or l.gen ~= tonumber(ARGV[2]) then return { 'GONE' } end
local t = redis.call('HMGET', KEYS[1], 'st', 'dl')
if t[1] ~= 'o' then return { 'TASK_ENDED' } end
local epoch = redis.call('GET', KEYS[4]) or '0'
if epoch ~= ARGV[3] then return { 'STALE_FENCES', epoch } end
local now = trusted_now(KEYS[5], tonumber(ARGV[4]), tonumber(ARGV[5]))
if not now then return { 'CLOCK' } end
if now >= l.exp or now >= tonumber(t[2]) then return { 'TASK_ENDED' } end
if ARGV[7] ~= '' then l.exp = math.min(l.exp, now + tonumber(ARGV[7])) end
l.state = 'a'
l.gen = l.gen + 1
if ARGV[6] ~= '' then l.notes = ARGV[6] end
local value = write_lease(l)
redis.call('SET', KEYS[2], value)
redis.call('ZADD', KEYS[3], str(l.exp), ARGV[1])
return { 'OK', value }
