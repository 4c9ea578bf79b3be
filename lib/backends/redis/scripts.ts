import { createHash } from 'node:crypto';
import { MARK_LENGTH, MAX_MARKS, WITNESS_LENGTH } from '../../contracts/fleet.js';

/** A script runs as one step: nobody sees, and nothing comes into, its middle. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

function script(name: string, text: string): Script {
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}

/*
 * Three habits of the scripts below.
 *
 * - What was written is read again (EXISTS). With CLIENT TRACKING ... NOLOOP a connection's own write takes the key out of
 *   the server's table of who has read what, without a word; the next change by another process would go unheard. Reading
 *   it puts it back.
 * - A message about a change goes out before the change. Nobody can act on it before the script has ended, and a user who
 *   may not publish is refused before anything was changed untold. A wake-up is only a courtesy (waiters ask now and then
 *   by themselves), so its failure is none.
 * - A key of another type is read with `pcall`, whose failure is a table: no text, and so nothing that was expected.
 */

/** `px` empty: no expiry. */
const SET = `
local function set(key, bytes, px)
  if px == '' then redis.call('SET', key, bytes) else redis.call('SET', key, bytes, 'PX', px) end
end`;

/** KEYS value, lease. ARGV what was seen, token, ttl. */
export const LEASE = script(
  'lease',
  `
local stands = redis.pcall('GETRANGE', KEYS[1], 0, ${WITNESS_LENGTH - 1})
if type(stands) ~= 'string' then stands = '' end
if stands ~= ARGV[1] then return 'changed' end
if redis.call('PTTL', KEYS[2]) == -1 then redis.call('UNLINK', KEYS[2]) end -- A lease has an end: this is none, and would never go.
local won = redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
redis.call('EXISTS', KEYS[2])
if won then return 'granted' end
return 'taken'`,
);

/** KEYS lease. ARGV token, ttl. */
export const SEIZE = script(
  'seize',
  `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('EXISTS', KEYS[1])
return 1`,
);

/** KEYS lease. ARGV token, ttl. */
export const EXTEND = script(
  'extend',
  `
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('EXISTS', KEYS[1])
return 1`,
);

/** KEYS lease. ARGV token, wake channel. */
export const RELEASE = script(
  'release',
  `
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], '')
return 1`,
);

/**
 * A load's result. Without the look at the token a loader that was overtaken by an invalidation would write what it had
 * read before it. KEYS value, lease. ARGV token, bytes, ttl, wake channel.
 */
export const FILL = script(
  'fill',
  `${SET}
if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end
set(KEYS[1], ARGV[2], ARGV[3])
redis.call('DEL', KEYS[2])
redis.call('EXISTS', KEYS[1])
redis.pcall('PUBLISH', ARGV[4], '')
return 1`,
);

/**
 * The same for a value that takes the place of what others may hold, so that they have to be told. KEYS value, lease. ARGV
 * token, bytes, ttl, wake channel, channel, message, message that nothing was changed.
 */
export const FENCED_PUT = script(
  'fenced put',
  `${SET}
if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then
  redis.pcall('PUBLISH', ARGV[5], ARGV[7])
  return 0
end
redis.call('PUBLISH', ARGV[5], ARGV[6])
set(KEYS[1], ARGV[2], ARGV[3])
redis.call('DEL', KEYS[2])
redis.call('EXISTS', KEYS[1])
redis.pcall('PUBLISH', ARGV[4], '')
return 1`,
);

/** KEYS value, lease. ARGV bytes, ttl, channel, message. */
export const PUT = script(
  'put',
  `${SET}
redis.call('PUBLISH', ARGV[3], ARGV[4])
set(KEYS[1], ARGV[1], ARGV[2])
redis.call('DEL', KEYS[2])
redis.call('EXISTS', KEYS[1])
return 1`,
);

/** KEYS all values, then all leases. ARGV channel, message. Counts the values. Lua 5.4, as in Dragonfly, has moved `unpack`. */
export const REMOVE = script(
  'remove',
  `
local spread = table.unpack or unpack
local half = #KEYS / 2
redis.call('PUBLISH', ARGV[1], ARGV[2])
local count = redis.call('UNLINK', spread(KEYS, 1, half))
redis.call('UNLINK', spread(KEYS, half + 1))
return count`,
);

/** KEYS value. ARGV channel, message. For a value whose lease has fallen by itself. */
export const REMOVE_ALONE = script(
  'remove',
  `
redis.call('PUBLISH', ARGV[1], ARGV[2])
return redis.call('UNLINK', KEYS[1])`,
);

/**
 * Nothing may come between the look and the write of a patch: an entry that was deleted in between would be left as a few
 * bytes without an expiry. KEYS value. ARGV offset, bytes, expected.
 */
const FITS = `
local function fits()
  return redis.call('EXISTS', KEYS[1]) == 1 and redis.pcall('GETRANGE', KEYS[1], 0, #ARGV[3] - 1) == ARGV[3]
end`;

export const PATCH_ALONE = script(
  'patch',
  `${FITS}
if not fits() then return 0 end
redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2])
return 1`,
);

/** KEYS value, lease. ARGV offset, bytes, expected, channel, message, message that nothing was changed. */
export const PATCH = script(
  'patch',
  `${FITS}
if not fits() then
  redis.pcall('PUBLISH', ARGV[4], ARGV[6])
  return 0
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2])
redis.call('DEL', KEYS[2])
redis.call('EXISTS', KEYS[1])
return 1`,
);

/** KEYS leases. ARGV their wake channels: a client's key prefix stands before the former only. */
export const FELL = script(
  'fell',
  `
for at, lease in ipairs(KEYS) do
  if redis.call('UNLINK', lease) == 1 then redis.pcall('PUBLISH', ARGV[at], '') end
end
return 1`,
);

/** A full server takes no text, but it lets go of one: a version that is missing matches nothing. */
const REPLACE = `${SET}
local function replace(key, bytes, px)
  if not pcall(set, key, bytes, px) then redis.call('UNLINK', key) end
end`;

/** KEYS records. ARGV channel, message, then bytes and ttl of each. */
export const BUMP = script(
  'bump',
  `${REPLACE}
redis.call('PUBLISH', ARGV[1], ARGV[2])
for at, key in ipairs(KEYS) do
  replace(key, ARGV[2 * at + 1], ARGV[2 * at + 2])
  redis.call('EXISTS', key)
end
return 1`,
);

/**
 * Moves the counter of a scope's tags (see `TagCounter`), then as `BUMP`. In one step: whoever reads the counter finds it
 * moved for every tag that is another. KEYS counter, records. ARGV channel, message, epoch, marks, how many, then bytes and
 * ttl of each record.
 */
export const BUMP_TAGS = script(
  'bumpTags',
  `${REPLACE}
local stands = redis.pcall('GET', KEYS[1])
if type(stands) ~= 'string' then stands = '' end
local epoch, count, last = string.match(stands, '"v":"([%w_-]+)%.(%d+)%.([%w_]*)"')
local marks = string.sub((last or '') .. ARGV[4], ${-MARK_LENGTH * MAX_MARKS})
count = string.format('%.0f', tonumber(count or 0) + tonumber(ARGV[5]))
redis.call('PUBLISH', ARGV[1], ARGV[2])
replace(KEYS[1], 'NV\\1{"v":"' .. (epoch or ARGV[3]) .. '.' .. count .. '.' .. marks .. '"}', '')
redis.call('EXISTS', KEYS[1])
for at = 2, #KEYS do
  replace(KEYS[at], ARGV[2 * at + 2], ARGV[2 * at + 3])
  redis.call('EXISTS', KEYS[at])
end
return 1`,
);

/**
 * Who answers, compared with who answered last: a server that was started again with what it had saved once, or a replica that
 * took over before it had heard of everything, knows nothing of the latest deletes. The first process to find out makes
 * everything invalid that was stored before; the others find the new name. Whatever comes of it something is written: a server
 * that takes no writes is of no use. Without a message nothing is made invalid yet: the answer is whether it would be. KEYS
 * version, server. ARGV server, bytes, channel, message.
 */
export const RECOGNIZE = script(
  'recognize',
  `${REPLACE}
local known = redis.pcall('GET', KEYS[2])
if type(known) ~= 'string' then known = false end
local nothing = ARGV[1] == '' or known == ARGV[1] or (not known and redis.call('EXISTS', KEYS[1]) == 0)
local name = ARGV[1]
if name == '' then name = known or '' end
if nothing then
  redis.call('SET', KEYS[2], name)
  return 0
end
if ARGV[4] == '' then return 1 end
redis.call('PUBLISH', ARGV[3], ARGV[4])
redis.call('SET', KEYS[2], name)
replace(KEYS[1], ARGV[2], '')
redis.call('EXISTS', KEYS[1])
return 1`,
);

/** What cannot be read can only be replaced. KEYS record. ARGV bytes, ttl. */
export const ENSURE = script(
  'ensure',
  `${SET}
local stands = redis.pcall('GET', KEYS[1])
if type(stands) == 'string' then return stands end
set(KEYS[1], ARGV[1], ARGV[2])
redis.call('EXISTS', KEYS[1])
return ARGV[1]`,
);

/** PEXPIRE ... GT needs Redis 7, and takes "no expiry" for the longest of all. This says the same to any server. */
export const TOUCH = script(
  'touch',
  `
local left = redis.call('PTTL', KEYS[1])
if left < 0 then return 0 end
if ARGV[1] == 'inf' then redis.call('PERSIST', KEYS[1])
elseif left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
redis.call('EXISTS', KEYS[1])
return 1`,
);
