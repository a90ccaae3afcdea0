-- The same request for the same task_ref gets the same open task with a new token. A task that was abandoned (7) was never anybody's:
-- its name is free again.
-- KEYS task, ref
-- ARGV id, request digest, new token hash
local ref = redis.call('GET', KEYS[2])
if not ref or string.sub(ref, 1, #ARGV[1] + 1) ~= ARGV[1] .. ' ' then return { 'FREE' } end
local t = redis.call('HMGET', KEYS[1], 'st', 'dl', 'er')
if t[3] == '7' then
  redis.call('DEL', KEYS[2])
  return { 'FREE' }
end
if ref ~= ARGV[1] .. ' ' .. ARGV[2] then return { 'EXISTS' } end
if t[1] ~= 'o' or store_now() >= tonumber(t[2]) then return { 'EXISTS' } end
redis.call('HSET', KEYS[1], 'tok', ARGV[3])
return { 'OK' }
