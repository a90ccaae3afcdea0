-- Forgets a request of which nothing can become and of which no audit line is owed, or whose record is gone.
-- KEYS request, ar, ad, ac, requests of the task or the request, its ask or the request, ap
-- ARGV id
local a = redis.call('HMGET', KEYS[1], 'st', 'gen')
local state = a[1]
if state == 'p' or state == 'a' then return { 'NO' } end
for gen = 1, tonumber(a[2] or '0') do
  if redis.call('ZSCORE', KEYS[7], owed(ARGV[1], gen)) then return { 'NO' } end
end
local due = redis.call('ZSCORE', KEYS[3], ARGV[1])
if state and due and tonumber(due) > store_now() then return { 'NO' } end
if KEYS[5] ~= KEYS[1] then redis.call('SREM', KEYS[5], ARGV[1]) end
if KEYS[6] ~= KEYS[1] and redis.call('GET', KEYS[6]) == ARGV[1] then redis.call('DEL', KEYS[6]) end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
return { 'OK' }
