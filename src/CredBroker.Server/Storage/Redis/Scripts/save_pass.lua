-- Records a pass in the place of the one that somebody saw.
-- KEYS pass
-- ARGV number of the one that it takes the place of or 0, its own number, pass
if (redis.call('HGET', KEYS[1], 'no') or '0') ~= ARGV[1] then return { 'NO' } end
redis.call('HSET', KEYS[1], 'no', ARGV[2], 'pass', ARGV[3])
return { 'OK' }
