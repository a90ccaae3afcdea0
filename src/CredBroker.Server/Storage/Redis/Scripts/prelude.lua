-- Shared by every script. Instants are milliseconds since 1970 by the store's clock.
local function str(x) return string.format('%.0f', x) end

local function store_now()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Raises a number and returns it and the one before. It rises with the time in microseconds: a store that lost its latest writes
-- and went on does not come to a number that somebody knows for something else.
local function rise(key)
  local before = tonumber(redis.call('GET', key) or '0')
  local t = redis.call('TIME')
  local number = math.max(before + 1, tonumber(t[1]) * 1000000 + tonumber(t[2]))
  redis.call('SET', key, str(number))
  return number, before
end

-- The store's time, never going back; nil where it cannot be trusted: too far from the broker's, or behind what it was.
local function trusted_now(hwm_key, broker_now, bound)
  local now = store_now()
  if math.abs(now - broker_now) > bound then return nil end
  local seen = tonumber(redis.call('GET', hwm_key) or '0')
  if seen - now > bound then return nil end
  if seen > now then return seen end
  if now > seen then redis.call('SET', hwm_key, str(now)) end
  return now
end

-- A lease is one string: a header of numbers, a line of notes, the terms.
local LEASE = '^(%a) (%d+) (%d+) (%d+) (%d+) (%d+) (%a) (%d+) (%d+) (%d+) (%S+) (%d+)\n([^\n]*)\n(.*)$'

local function read_lease(value)
  if not value then return nil end
  local s, g, c, i, e, m, k, a, r, f, q, p, notes, terms = string.match(value, LEASE)
  if not s then return nil end
  return { state = s, gen = tonumber(g), claim = tonumber(c), issued = tonumber(i), exp = tonumber(e), max = tonumber(m),
    kind = k, attempts = tonumber(a), reason = tonumber(r), confirmed = tonumber(f), quota = q, priority = tonumber(p), notes = notes, terms = terms }
end

local function write_lease(l)
  return l.state .. ' ' .. str(l.gen) .. ' ' .. str(l.claim) .. ' ' .. str(l.issued) .. ' ' .. str(l.exp) .. ' ' .. str(l.max)
    .. ' ' .. l.kind .. ' ' .. str(l.attempts) .. ' ' .. str(l.reason) .. ' ' .. str(l.confirmed) .. ' ' .. l.quota
    .. ' ' .. str(l.priority) .. '\n' .. l.notes .. '\n' .. l.terms
end

-- Notes that also say when the end was recorded.
local function with_end(notes, at)
  if not at then return notes end
  if notes == '' or notes == '{}' then return '{"u":' .. at .. '}' end
  return string.sub(notes, 1, -2) .. ',"u":' .. at .. '}'
end

-- When the notes say that the end was recorded. No text within them can look like it: its quotes are escaped.
local function end_of(notes) return string.match(notes, '"u":(%d+)') end

-- The note of a transition that the audit trail has not been told of.
local function owed(id, gen) return id .. ' ' .. str(gen) end

-- What stands in the way of using an approval for an action; nil where nothing does. A lease may take the place of the one that it was
-- used for, which ends by that.
local function approval_fault(key, action, now, in_place_of)
  local a = redis.call('HMGET', key, 'st', 'act', 'lp', 'ul')
  if not a[1] or a[2] ~= action then return 'APPROVAL_UNKNOWN' end
  if a[1] == 'u' and in_place_of and a[4] == in_place_of then return nil end
  if a[1] == 'd' then return 'APPROVAL_DENIED' end
  if now >= tonumber(a[3]) then return 'APPROVAL_LAPSED' end
  if a[1] == 'p' then return 'APPROVAL_PENDING' end
  if a[1] ~= 'a' then return 'APPROVAL_LAPSED' end
  return nil
end

-- Uses an approval that nothing stands in the way of. keys: request, requests of the task, ad, ac, ap
local function use_approval(keys, id, lease, now, remember)
  if redis.call('HGET', keys[1], 'st') == 'u' then
    redis.call('HSET', keys[1], 'ul', lease)
    return
  end
  local gen = redis.call('HINCRBY', keys[1], 'gen', 1)
  redis.call('HSET', keys[1], 'st', 'u', 'ul', lease, 'ua', str(now), 'ug', str(gen))
  redis.call('SREM', keys[2], id)
  redis.call('ZADD', keys[3], str(now + remember), id)
  redis.call('ZADD', keys[4], str(now), id)
  redis.call('ZADD', keys[5], str(now), owed(id, gen))
end
