-- Tells verifiers of a fence, and keeps it for those that come later.
-- KEYS fences, fence sequence, fence feed
-- ARGV id, notice, feed length
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local seq, before = rise(KEYS[2])
redis.call('RPUSH', KEYS[3], str(seq) .. ' ' .. str(before) .. ' ' .. ARGV[2])
redis.call('LTRIM', KEYS[3], -tonumber(ARGV[3]), -1)
return { 'OK', str(seq) }
