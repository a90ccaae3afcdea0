-- Records a lease and all its indexes, before anything is made. What the broker mints itself is active at once.
-- It may take the place of an earlier lease under its idempotency key, whose secret is not kept, and ends that one in the same instant.
-- It may use up what people have agreed to, which is for this very action and for once: in the same instant, or not at all.
-- KEYS task, lease, exp, TL, ix:wl, ix:tpl, fence_epoch, hwm, idem or the lease again, ix:tpls; superseding: the earlier lease, ap, its rq, rqs;
--      approved: the lease again for those four where it supersedes none, request, requests of the task, ad, ac, ap
-- ARGV lease id, token hash, broker now, clock bound, fence epoch, ttl, max ttl, kind ('t' minted here, 'b' by a backend), intent life,
--      quota field or '-', quota, request digest or '', idem life, terms; superseding: the earlier lease's id, its notes from now on, its priority;
--      approved: '' for those three where it supersedes none, id, action, remember
local quota = 'q:' .. ARGV[10]
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl', 'au', quota)
if not t[1] or t[2] ~= ARGV[2] then return { 'TOKEN' } end
if t[1] ~= 'o' then return { 'TASK_ENDED' } end
local now = trusted_now(KEYS[8], tonumber(ARGV[3]), tonumber(ARGV[4]))
if not now then return { 'CLOCK' } end
local deadline = tonumber(t[3])
if now >= deadline then return { 'TASK_ENDED' } end
if now >= tonumber(t[4]) then return { 'ATTESTATION_EXPIRED' } end
local epoch = redis.call('GET', KEYS[7]) or '0'
if epoch ~= ARGV[5] then return { 'STALE_FENCES', epoch } end
local earlier
if ARGV[12] ~= '' then
  local seen = redis.call('GET', KEYS[9])
  if seen and ARGV[15] and string.sub(seen, 1, #ARGV[15] + 1) == ARGV[15] .. ' ' then
    earlier = read_lease(redis.call('GET', KEYS[11]))
    -- Only a secret that is out, or a lease that was abandoned (7), can be superseded.
    if earlier and earlier.reason ~= 7 and (earlier.state ~= 'a' or earlier.kind == 't') then return { 'REPLAY', seen } end
  elseif seen then
    return { 'REPLAY', seen }
  end
end
if ARGV[18] then
  local fault = approval_fault(KEYS[15], ARGV[19], now, earlier and ARGV[15])
  if fault then return { fault } end
end
if ARGV[11] ~= '' and tonumber(t[5] or '0') >= tonumber(ARGV[11]) then return { 'QUOTA_EXCEEDED' } end
local max = math.min(now + tonumber(ARGV[7]), deadline)
local exp = math.min(now + tonumber(ARGV[6]), max)
local minted = ARGV[8] == 't'
local due = exp
if not minted then due = now + tonumber(ARGV[9]) end
redis.call('SET', KEYS[2], write_lease({ state = minted and 'a' or 'i', gen = 1, claim = 0, issued = now, exp = exp, max = max,
  kind = ARGV[8], attempts = 0, reason = 0, confirmed = 0, quota = ARGV[10], priority = 0, notes = '', terms = ARGV[14] }))
redis.call('ZADD', KEYS[3], str(due), ARGV[1])
redis.call('ZADD', KEYS[4], str(now), ARGV[1])
redis.call('ZADD', KEYS[5], str(now), ARGV[1])
redis.call('ZADD', KEYS[6], str(now), ARGV[1])
redis.call('SADD', KEYS[10], KEYS[6])
if ARGV[10] ~= '-' then redis.call('HINCRBY', KEYS[1], quota, 1) end
if ARGV[18] then
  use_approval({ KEYS[15], KEYS[16], KEYS[17], KEYS[18], KEYS[19] }, ARGV[18], ARGV[1], now, tonumber(ARGV[20]))
end
if ARGV[12] ~= '' then redis.call('SET', KEYS[9], ARGV[1] .. ' ' .. ARGV[12], 'PX', ARGV[13]) end
if earlier and earlier.state == 'a' then
  earlier.state = 'r'
  earlier.gen = earlier.gen + 1
  earlier.reason = 6
  earlier.notes = ARGV[16]
  earlier.priority = tonumber(ARGV[17])
  redis.call('SET', KEYS[11], write_lease(earlier))
  redis.call('ZREM', KEYS[3], ARGV[15])
  redis.call('ZADD', KEYS[12], str(now), owed(ARGV[15], earlier.gen))
  redis.call('ZADD', KEYS[13], str(now), ARGV[15])
  redis.call('SADD', KEYS[14], KEYS[13])
end
return { 'OK', str(now), str(exp), str(max) }
