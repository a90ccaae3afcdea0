-- Takes one lease from a queue for a while: it is moved, never removed, so a worker that dies gives it back.
-- KEYS rq, lease, rqs
-- ARGV lease id, visibility
local now = store_now()
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) > now then return { 'NO' } end
local l = read_lease(redis.call('GET', KEYS[2]))
if not l or (l.state ~= 'r' and l.state ~= 'x') then
  redis.call('ZREM', KEYS[1], ARGV[1])
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[3], KEYS[1]) end
  return { 'NO' }
end
redis.call('ZADD', KEYS[1], str(now + tonumber(ARGV[2])), ARGV[1])
l.claim = l.claim + 1
l.attempts = l.attempts + 1
local value = write_lease(l)
redis.call('SET', KEYS[2], value)
return { 'OK', value, str(l.claim), str(l.attempts), str(now) }
