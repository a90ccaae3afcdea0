-- Uses an approval for what leaves no lease.
-- KEYS task, hwm, request, requests of the task, ad, ac, ap
-- ARGV id, token hash, action, broker now, clock bound, remember
local t = redis.call('HMGET', KEYS[1], 'st', 'tok', 'dl')
if not t[1] or t[2] ~= ARGV[2] then return { 'TOKEN' } end
if t[1] ~= 'o' then return { 'TASK_ENDED' } end
local now = trusted_now(KEYS[2], tonumber(ARGV[4]), tonumber(ARGV[5]))
if not now then return { 'CLOCK' } end
if now >= tonumber(t[3]) then return { 'TASK_ENDED' } end
local fault = approval_fault(KEYS[3], ARGV[3], now, nil)
if fault then return { fault } end
use_approval({ KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7] }, ARGV[1], '', now, tonumber(ARGV[6]))
return { 'OK' }
