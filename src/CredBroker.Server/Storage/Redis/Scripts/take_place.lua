-- Takes a place under a workload's limit. Places whose lease can no longer be live are free.
-- KEYS places
-- ARGV lease id, limit, hold for
local now = store_now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', str(now))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return { 'FULL' } end
local until_ = now + tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], str(until_), ARGV[1])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], str(math.max(until_, tonumber(last[2])) - now + 1000))
return { 'OK' }
