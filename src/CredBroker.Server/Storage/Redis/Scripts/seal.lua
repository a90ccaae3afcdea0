-- Seals an open task: nothing is issued under it any more. It stays due until its leases are on their way out.
-- KEYS task, exp, ap, hwm
-- ARGV id, token hash or '', reason, outcome, only if due, broker now, clock bound, resume after, ended by or ''
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl', 'hb')
if not t[1] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return { 'NOT_FOUND' }
end
if ARGV[2] ~= '' and t[2] ~= ARGV[2] then return { 'NOT_FOUND' } end
local now = store_now()
if t[1] == 'e' then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return { 'WAS_ENDED' }
end
if t[1] == 's' then
  redis.call('ZADD', KEYS[2], str(now + tonumber(ARGV[8])), ARGV[1])
  return { 'WAS_SEALED' }
end
local reason = ARGV[3]
if ARGV[5] == '1' then
  now = trusted_now(KEYS[4], tonumber(ARGV[6]), tonumber(ARGV[7]))
  if not now then return { 'NOT_DUE' } end
  if now < math.min(tonumber(t[3]), tonumber(t[4])) then return { 'NOT_DUE' } end
  reason = now >= tonumber(t[3]) and '2' or '3'
end
redis.call('HSET', KEYS[1], 'st', 's', 'en', str(now), 'er', reason, 'out', ARGV[4])
if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'by', ARGV[9]) end
redis.call('ZADD', KEYS[2], str(now + tonumber(ARGV[8])), ARGV[1])
redis.call('ZADD', KEYS[3], str(now), owed(ARGV[1], 0))
return { 'SEALED', str(now) }
