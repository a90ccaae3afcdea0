-- Records the end of leases: the one way in to revocation. What the broker minted itself is dead with this very script.
-- KEYS exp, feed, fseq, rv, ap, hwm, ix:tpls, rqs, then for each lease: lease, task, ix:wl, ix:tpl, rq
-- ARGV reason, only if due, broker now, clock bound, feed length, tombstone, priority, intent life, then for each lease: id, audience hash or '-'
local now = store_now()
local due = ARGV[2] == '1'
if due then
  now = trusted_now(KEYS[6], tonumber(ARGV[3]), tonumber(ARGV[4]))
  if not now then return { 'CLOCK' } end
end
local out = { 'OK' }
local told, latest = 0, 0
for i = 0, (#KEYS - 8) / 5 - 1 do
  local k = 8 + i * 5
  local lease, task, ixwl, ixtpl, rq = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4], KEYS[k + 5]
  local id, audience = ARGV[9 + i * 2], ARGV[10 + i * 2]
  local l = read_lease(redis.call('GET', lease))
  local change = l and (l.state == 'a' or l.state == 'i')
  if not change then redis.call('ZREM', KEYS[1], id) end
  -- An intent is due when nothing can be made of it any more, and an active lease when it expires.
  local at
  if change and (due or l.state == 'i') then
    at = tonumber(redis.call('ZSCORE', KEYS[1], id) or (l.state == 'i' and l.issued + tonumber(ARGV[8]) or l.exp))
  end
  if change and due and at > now then change = false end
  local result = ''
  if change then
    local handed_out = l.state == 'a'
    l.gen = l.gen + 1
    l.reason = tonumber(ARGV[1])
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[5], str(now), owed(id, l.gen))
    if l.kind == 't' then
      l.state = 'd'
      l.confirmed = now
      redis.call('ZREM', ixwl, id)
      redis.call('ZREM', ixtpl, id)
      if redis.call('EXISTS', ixtpl) == 0 then redis.call('SREM', KEYS[7], ixtpl) end
      if l.quota ~= '-' and redis.call('EXISTS', task) == 1 then redis.call('HINCRBY', task, 'q:' .. l.quota, -1) end
      if handed_out and l.exp > now then
        local seq, before = rise(KEYS[3])
        local entry = id .. ' ' .. str(l.exp) .. ' ' .. ARGV[1] .. ' ' .. audience
        redis.call('RPUSH', KEYS[2], str(seq) .. ' ' .. str(before) .. ' ' .. entry)
        redis.call('ZADD', KEYS[4], str(l.exp), entry)
        told = told + 1
        latest = math.max(latest, l.exp)
      end
      result = write_lease(l)
      redis.call('SET', lease, result, 'PX', str(math.max(l.max - now, 0) + tonumber(ARGV[6])))
    else
      -- A backend may still be making what an intent asked for; asked to revoke too early it would find nothing.
      local first = now
      if not handed_out then first = math.max(now, at) end
      l.state = 'r'
      l.notes = with_end(l.notes, str(now))
      l.priority = tonumber(ARGV[7])
      result = write_lease(l)
      redis.call('SET', lease, result)
      redis.call('ZADD', rq, str(first), id)
      redis.call('SADD', KEYS[8], rq)
    end
  end
  out[#out + 1] = result
end
if told > 0 then
  redis.call('LTRIM', KEYS[2], -tonumber(ARGV[5]), -1)
  -- Kept as much longer as a clock may be behind: a verifier that starts with the snapshot must not take a dead token for a good one.
  local bound = tonumber(ARGV[4])
  -- Faster than they come, and never very many at once: those of a large task run out together, and would hold up everybody.
  local old = math.min(redis.call('ZCOUNT', KEYS[4], '-inf', str(now - bound)), 4 * told)
  if old > 0 then redis.call('ZREMRANGEBYRANK', KEYS[4], 0, old - 1) end
  local last = redis.call('ZREVRANGE', KEYS[4], 0, 0, 'WITHSCORES')
  if last[2] then latest = math.max(latest, tonumber(last[2])) end
  redis.call('PEXPIRE', KEYS[4], str(latest - now + bound + 1000))
end
return out
