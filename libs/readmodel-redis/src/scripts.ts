/** Every script gets the projection's record first and answers its checkpoint first: what is read is of that position. */
const opening = `
local record = redis.call('HMGET', KEYS[1], 'rows', 'checkpoint')
local rows, checkpoint = record[1], record[2]
`;

/** Rows of many keys: Lua functions take some thousand arguments. */
const readRows = `
local function readInto(answer, key, fields)
  for first = 1, #fields, 1000 do
    local found = redis.call('HMGET', key, unpack(fields, first, math.min(first + 999, #fields)))
    for index = 1, #found do answer[#answer + 1] = found[index] end
  end
  return answer
end
`;

/**
 * The first write is one that a server refuses which is full, read-only or cannot save; after it none is refused:
 * all of a script happens or nothing.
 */
const apply = `${opening}
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return {'leased', holder} end
local after, position = ARGV[2], ARGV[3]
if after ~= '' and (checkpoint or '0') ~= after then return {'moved', checkpoint or '0'} end
if after == '' and checkpoint and tonumber(checkpoint) >= tonumber(position) then return {'applied', checkpoint} end
rows = rows or ARGV[4]
redis.call('HSET', KEYS[1], 'rows', rows, 'checkpoint', position)
local at = 5
while ARGV[at] do
  local last = at + 2 + tonumber(ARGV[at + 2])
  redis.call(ARGV[at], rows .. ARGV[at + 1], unpack(ARGV, at + 3, last))
  at = last + 1
end
return {'applied', position}
`;

/** KEYS: live, its garbage, rebuilt. To delete is never refused for want of memory, nor is what comes after it. */
const replace = `${opening}
local rebuilt = redis.call('HMGET', KEYS[3], 'rows', 'checkpoint')
redis.call('DEL', KEYS[1], KEYS[3])
if rows then redis.call('SADD', KEYS[2], rows) end
if rebuilt[1] then redis.call('HSET', KEYS[1], 'rows', rebuilt[1], 'checkpoint', rebuilt[2]) end
return rebuilt[2]
`;

const clear = `${opening}
redis.call('DEL', KEYS[1])
if rows then redis.call('SADD', KEYS[2], rows) end
`;

/** KEYS: the lease; a holder of its own may be back after a restart. */
const lease = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

const find = `${opening}
return {checkpoint, rows and redis.call('HGET', rows .. ARGV[1], ARGV[2])}
`;

/** ARGV: where keys are by id, where rows are, the id. */
const findById = `${opening}
local key = rows and redis.call('HGET', rows .. ARGV[1], ARGV[3])
if not key then return {checkpoint} end
return {checkpoint, redis.call('HGET', rows .. ARGV[2], key) or ''}
`;

/** ARGV: where places are by id, what the places of rows begin with, the id. */
const anywhere = `${opening}
local place = rows and redis.call('HGET', rows .. ARGV[1], ARGV[3])
if not place then return {checkpoint} end
local colon = string.find(place, ':', 1, true)
local last = colon + tonumber(string.sub(place, 1, colon - 1))
local account = string.sub(place, colon + 1, last)
local key = string.sub(place, last + 2)
return {checkpoint, account, redis.call('HGET', rows .. ARGV[2] .. account, key) or ''}
`;

/** ARGV: where members are in order, where rows are, from, to, at most so many (-1: all), how much a member has before the key. */
const list = `${readRows}${opening}
if not rows then return {checkpoint} end
local keys = redis.call('ZRANGEBYLEX', rows .. ARGV[1], ARGV[3], ARGV[4], 'LIMIT', 0, ARGV[5])
local before = tonumber(ARGV[6])
if before > 0 then
  for index = 1, #keys do keys[index] = string.sub(keys[index], before + 1) end
end
return readInto({checkpoint}, rows .. ARGV[2], keys)
`;

const count = `${opening}
return {checkpoint, rows and redis.call('ZCARD', rows .. ARGV[1]) or 0}
`;

/**
 * ARGV: model, at most so many rows; where the page before has ended: account, key. Answers checkpoint, rows'
 * beginning, whether there is more, account, key, and for each account that has rows here: account, rows.
 */
const everything = `${readRows}${opening}
if not rows then return {checkpoint, '', '', '', ''} end
local model, limit, account, key = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4] or ''
local answer, taken = {}, 0
local function take(from)
  local scope = model .. '\\0' .. account
  local keys = redis.call('ZRANGEBYLEX', rows .. 'k:' .. scope, from, '+', 'LIMIT', 0, limit - taken)
  if #keys == 0 then return end
  taken = taken + #keys
  key = keys[#keys]
  answer[#answer + 1] = {account, readInto({}, rows .. 'r:' .. scope, keys)}
end
if account then take('(' .. key) end
local more, seen = true, 0
while more and taken < limit and seen < 1000 do
  local from = account and '(' .. account or '-'
  local accounts = redis.call('ZRANGEBYLEX', rows .. 'n:' .. model, from, '+', 'LIMIT', 0, 100)
  more = #accounts > 0
  for index = 1, #accounts do
    if taken >= limit then break end
    account, key, seen = accounts[index], '', seen + 1
    take('-')
  end
end
return {checkpoint, rows, more and '1' or '', account or '', key, answer}
`;

/** Names are those of the client's methods; the number is that of keys. */
export const scripts = {
  muApply: { lua: apply, numberOfKeys: 2 },
  muReplace: { lua: replace, numberOfKeys: 3 },
  muClear: { lua: clear, numberOfKeys: 2 },
  muLease: { lua: lease, numberOfKeys: 1 },
  muFind: { lua: find, numberOfKeys: 1 },
  muFindById: { lua: findById, numberOfKeys: 1 },
  muAnywhere: { lua: anywhere, numberOfKeys: 1 },
  muList: { lua: list, numberOfKeys: 1 },
  muCount: { lua: count, numberOfKeys: 1 },
  muEverything: { lua: everything, numberOfKeys: 1 },
};

export type ScriptName = keyof typeof scripts;
