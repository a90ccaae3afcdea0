-- Opens a task, under an open parent if there is one.
-- KEYS task, exp, tx, hwm, ref or '', parent or '', children of the parent or ''   (absent ones repeat the task key)
-- ARGV id, token hash, broker now, clock bound, max duration, heartbeat interval, reattest every, record, request digest, has ref, has parent
local now = trusted_now(KEYS[4], tonumber(ARGV[3]), tonumber(ARGV[4]))
if not now then return { 'CLOCK' } end
local deadline = now + tonumber(ARGV[5])
if ARGV[11] == '1' then
  local parent = redis.call('HMGET', KEYS[6], 'st', 'dl')
  if not parent[1] or parent[1] ~= 'o' or now >= tonumber(parent[2]) then return { 'PARENT' } end
  deadline = math.min(deadline, tonumber(parent[2]))
end
if ARGV[10] == '1' then
  local ref = redis.call('GET', KEYS[5])
  if ref then return { 'EXISTS', ref } end
  redis.call('SET', KEYS[5], ARGV[1] .. ' ' .. ARGV[9])
end
local beat = math.min(now + tonumber(ARGV[6]), deadline)
local attested = now + tonumber(ARGV[7])
redis.call('HSET', KEYS[1], 'st', 'o', 'tok', ARGV[2], 'op', str(now), 'dl', str(deadline), 'hb', str(beat), 'hi', ARGV[6],
  'au', str(attested), 're', ARGV[7], 'd', ARGV[8])
redis.call('ZADD', KEYS[2], str(beat), ARGV[1])
redis.call('ZADD', KEYS[3], str(now), ARGV[1])
if ARGV[11] == '1' then redis.call('ZADD', KEYS[7], str(now), ARGV[1]) end
return { 'OK', str(now), str(deadline), str(beat), str(attested) }
