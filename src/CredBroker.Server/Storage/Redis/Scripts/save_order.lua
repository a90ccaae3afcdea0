-- Records an order, if whoever asks holds it. It stays among the open ones while something is left to do for it.
-- KEYS hold, order, open orders, unconfirmed
-- ARGV holder, order, remember for, id, drained
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 'NOT_HELD' } end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
if ARGV[5] == '1' and redis.call('SCARD', KEYS[4]) == 0 then
  redis.call('SREM', KEYS[3], ARGV[4])
else
  redis.call('SADD', KEYS[3], ARGV[4])
end
return { 'OK' }
