-- Takes a place under a workload's limit. Places whose time is over are free: their lease can no longer be live, or their request is forgotten.
-- KEYS places, hwm
-- ARGV id of the lease or the request, limit, hold for, broker now, clock bound
local now = trusted_now(KEYS[2], tonumber(ARGV[4]), tonumber(ARGV[5]))
if not now then return { 'CLOCK' } end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', str(now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return { 'FULL' } end
local until_ = now + tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], str(until_), ARGV[1])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], str(math.max(until_, tonumber(last[2])) - now + 1000))
return { 'OK' }
