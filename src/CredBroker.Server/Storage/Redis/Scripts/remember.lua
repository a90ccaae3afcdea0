-- Keeps a value for a while; what is there already stays where that is asked for. Returns what is kept.
-- KEYS value
-- ARGV value, life, '1' = only where there is none
if ARGV[3] == '1' then
  local there = redis.call('GET', KEYS[1])
  if there then return { 'OK', there } end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 'OK', ARGV[1] }
