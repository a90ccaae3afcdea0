-- What a backend said of a claimed lease. A claim that somebody else has taken over says nothing any more.
-- KEYS rq, lease, task, ix:wl, ix:tpl, dl, ap, ix:tpls, rqs
-- ARGV lease id, claim, outcome (revoked, again, uncounted, dead, noted), pause before the next attempt, notes, tombstone
local l = read_lease(redis.call('GET', KEYS[2]))
if not l or l.claim ~= tonumber(ARGV[2]) or (l.state ~= 'r' and l.state ~= 'x') then return { 'STALE' } end
local now = store_now()
l.notes = ARGV[5]
if ARGV[3] == 'noted' then
  -- The attempt goes on under the same claim.
  local value = write_lease(l)
  redis.call('SET', KEYS[2], value)
  return { 'OK', value }
end
if ARGV[3] == 'revoked' then
  l.state = 'd'
  l.gen = l.gen + 1
  l.confirmed = now
  redis.call('ZREM', KEYS[1], ARGV[1])
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[9], KEYS[1]) end
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[5], ARGV[1])
  if redis.call('EXISTS', KEYS[5]) == 0 then redis.call('SREM', KEYS[8], KEYS[5]) end
  redis.call('ZREM', KEYS[6], ARGV[1])
  redis.call('ZADD', KEYS[7], str(now), owed(ARGV[1], l.gen))
  if l.quota ~= '-' and redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HINCRBY', KEYS[3], 'q:' .. l.quota, -1) end
  local value = write_lease(l)
  redis.call('SET', KEYS[2], value, 'PX', str(math.max(l.max - now, 0) + tonumber(ARGV[6])))
  return { 'OK', value }
end
if ARGV[3] == 'uncounted' then l.attempts = math.max(l.attempts - 1, 0) end
if ARGV[3] == 'dead' and l.state == 'r' then
  l.state = 'x'
  l.gen = l.gen + 1
  redis.call('ZADD', KEYS[6], str(l.issued), ARGV[1])
  redis.call('ZADD', KEYS[7], str(now), owed(ARGV[1], l.gen))
end
redis.call('ZADD', KEYS[1], str(now + tonumber(ARGV[4])), ARGV[1])
local value = write_lease(l)
redis.call('SET', KEYS[2], value)
return { 'OK', value }
