-- Stores what is needed to undo a reservation, as soon as it exists.
-- KEYS lease, exp, rq (of each priority)
-- ARGV generation, notes, lease id, intent life
local l = read_lease(redis.call('GET', KEYS[1]))
if not l then return { 'GONE' } end
if l.state == 'r' or l.state == 'x' then
  -- The end came first: whoever revokes it must know what to undo, and whoever claimed it before did not.
  l.notes = with_end(ARGV[2], end_of(l.notes))
  l.claim = l.claim + 1
  redis.call('SET', KEYS[1], write_lease(l))
  -- Nothing more will be made, so it can be revoked at once.
  for i = 3, #KEYS do
    if redis.call('ZSCORE', KEYS[i], ARGV[3]) then redis.call('ZADD', KEYS[i], str(store_now()), ARGV[3]) end
  end
  return { 'REVOKING' }
end
if l.state ~= 'i' or l.gen ~= tonumber(ARGV[1]) then return { 'GONE' } end
l.notes = ARGV[2]
redis.call('SET', KEYS[1], write_lease(l))
-- What is made on it begins now: it has the whole time, however long the reservation took.
redis.call('ZADD', KEYS[2], str(store_now() + tonumber(ARGV[4])), ARGV[3])
return { 'OK' }
