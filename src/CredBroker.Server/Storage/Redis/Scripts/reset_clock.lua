-- Forgets how late the clock ever was, where it can be trusted now.
-- KEYS hwm
-- ARGV broker's time, bound
local now = store_now()
if math.abs(now - tonumber(ARGV[1])) > tonumber(ARGV[2]) then return { 'CLOCK', str(now) } end
redis.call('SET', KEYS[1], str(now))
return { 'OK', str(now) }
