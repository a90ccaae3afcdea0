-- The epoch of the store; made where there is none, also where the store is full: verifiers must hear of revocations.
-- KEYS epoch
-- ARGV epoch to begin with
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
return { 'OK', epoch }
