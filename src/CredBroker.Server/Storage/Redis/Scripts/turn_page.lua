-- Counts the page of a bucket that is in hand, and takes the next. A page is its broker-minted leases, a bar, and the others.
-- KEYS hold, pages in hand, counts, unconfirmed
-- ARGV holder, bucket, page in hand or '', next page or '', remember for
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 'NOT_HELD' } end
if (redis.call('HGET', KEYS[2], ARGV[2]) or '') ~= ARGV[3] then return { 'NOT_IN_HAND' } end
local minted, made = string.match(ARGV[3], '^([^|]*)|(.*)$')
local dead = 0
for _ in string.gmatch(minted or '', '%S+') do dead = dead + 1 end
if dead > 0 then
  redis.call('HINCRBY', KEYS[3], 'dead', dead)
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
end
for id in string.gmatch(made or '', '%S+') do redis.call('SADD', KEYS[4], id) end
redis.call('PEXPIRE', KEYS[4], ARGV[5])
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[2], ARGV[2])
else
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
return { 'OK' }
