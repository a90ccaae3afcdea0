-- The same request for the same task_ref gets the same open task with a new token.
-- KEYS task, ref
-- ARGV id, request digest, new token hash
local ref = redis.call('GET', KEYS[2])
if ref ~= ARGV[1] .. ' ' .. ARGV[2] then return { 'EXISTS' } end
local t = redis.call('HMGET', KEYS[1], 'st', 'dl')
if t[1] ~= 'o' or store_now() >= tonumber(t[2]) then return { 'EXISTS' } end
redis.call('HSET', KEYS[1], 'tok', ARGV[3])
return { 'OK' }
