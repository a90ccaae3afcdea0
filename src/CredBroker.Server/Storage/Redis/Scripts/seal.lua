-- Seals an open task: nothing is issued under it any more. It stays due until its leases are on their way out.
-- KEYS task, exp, ap, hwm
-- ARGV id, token hash or '', reason, outcome, only if due, broker now, clock bound, resume after, ended by or '',
--      for how long the broker has heard the store without a break, how far a heartbeat deadline may move
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl', 'hb', 'hi')
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
  local deadline, beat, interval = tonumber(t[3]), tonumber(t[4]), tonumber(t[5])
  -- Only a heartbeat that could have come is missed: since the store is heard again a whole interval has to have passed.
  local heard = now - tonumber(ARGV[10])
  if beat - interval < heard then beat = math.max(beat, math.min(beat + tonumber(ARGV[11]), heard + interval)) end
  local due = math.min(deadline, beat)
  if now < due then
    redis.call('ZADD', KEYS[2], str(due), ARGV[1])
    return { 'NOT_DUE' }
  end
  reason = now >= deadline and '2' or '3'
end
redis.call('HSET', KEYS[1], 'st', 's', 'en', str(now), 'er', reason, 'out', ARGV[4])
if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'by', ARGV[9]) end
redis.call('ZADD', KEYS[2], str(now + tonumber(ARGV[8])), ARGV[1])
redis.call('ZADD', KEYS[3], str(now), owed(ARGV[1], 0))
return { 'SEALED', str(now) }
