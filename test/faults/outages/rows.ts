/** What is said of one fault in `docs/faults.md`, and held against by its tests. */
export interface Row {
  readonly fault: string;
  readonly sees: string;
  /** How long the cache may keep one call waiting, in milliseconds; or in words, where that is not the point. */
  readonly call: number | string;
  /** How long after its end Redis is used again at the latest, in milliseconds; or in words. */
  readonly back: number | string;
  readonly lost: string;
  /** Where it is tried, if not by `checks` in this folder. */
  readonly proofs?: readonly Proof[];
}

export interface Proof {
  readonly file: string;
  readonly test: string;
}

/**
 * Of a call that wants a key whose lease was granted to another process over a connection that broke with the word of it: until
 * that process is back, and gives the lease back.
 */
const LOST_LEASE = 1_000;
/** Of a call: `commandTimeout`. */
const CALL = 100;
/** A probe after 190 ms at the latest, the replay, and the wait of 650 ms for other processes. */
const BACK = 1_000;
/** A connection that broke, and nothing else: no wait. */
const BLIP = 100;

const FALLBACK = 'the fallback, or its loader; invalidations and `set` answer `false`';
const STARTS = `the application starts; ${FALLBACK}`;
const FITFUL = 'the fallback, or its loader; invalidations and `set` answer as they fare';
const NOTHING = 'nothing: what was taken away is replayed before anything is read';
const EVERYTHING = 'all that Redis held: it is another server, so the namespace is cleared';
const MISS = 'a miss, an `error` event, and its loader; the entry is replaced';
const NO_WAIT = 'as ever';
const NEVER_AWAY = 'never away';

const outage = (fault: string, lost = NOTHING): Row => ({ fault, sees: FALLBACK, call: CALL, back: BACK, lost });
const harmless = (fault: string, sees: string, file: string, ...tests: readonly string[]): Row => ({
  ...{ fault, sees, call: NO_WAIT, back: NEVER_AWAY, lost: 'the entry, if there was one' },
  proofs: tests.map((test) => ({ file, test })),
});

const SERVER = {
  frozen: outage('Redis hangs (`SIGSTOP`), and goes on'),
  paused: outage('`CLIENT PAUSE`'),
  'killed-empty': outage('Redis is killed, and starts empty', 'all that Redis held'),
  'killed-same': outage(
    'Redis is killed, and starts with all it held',
    `${EVERYTHING}; with \`onServerChange: 'trust'\` nothing`,
  ),
  'killed-old': outage(
    'Redis is killed, and starts with what it held before deletes that had answered `true`',
    `${EVERYTHING}; with \`onServerChange: 'trust'\` those deletes: the old values are served`,
  ),
  loading: outage('Redis starts, and loads its data (`LOADING`)', EVERYTHING),
  full: {
    ...outage('Redis is full (`OOM`, `noeviction`)', 'nothing: Redis does what takes values away'),
    sees: 'the fallback, or its loader; `set` answers `false`; invalidations answer `true` as soon as a probe has shown what is the matter',
  },
  'read-only': outage('Redis becomes a replica (`READONLY`), and a master again'),
  noauth: outage('Redis asks for a password that nobody has (`NOAUTH`)'),
  wrongpass: outage('the password of the user is changed (`WRONGPASS`)'),
  noperm: outage('the user loses its rights (`NOPERM`)'),
} satisfies Record<string, Row>;

const NETWORK = {
  slow: outage('every byte takes 300 ms, each way'),
  dripping: outage('one byte passes every 20 ms'),
  'black-hole': outage('everything is swallowed, also of new connections'),
  parted: outage('the network is parted, and delivers what it held when it is whole again'),
  refused: outage('connections are reset, and new ones refused'),
  resets: { ...outage('connections are reset, again and again'), sees: FITFUL, call: LOST_LEASE },
  cuts: {
    ...outage('replies are cut in the middle, again and again'),
    sees: `${FITFUL}; nobody is given part of a value`,
    call: LOST_LEASE,
  },
  'killed-connections': {
    fault: 'connections are closed, and taken again (`CLIENT KILL`)',
    sees: FITFUL,
    call: CALL,
    back: BLIP,
    lost: 'nothing',
  },
  absent: { ...outage('nobody listens when the application starts'), sees: STARTS },
  unresolved: { ...outage('the name of the host cannot be resolved, and later can'), sees: STARTS },
} satisfies Record<string, Row>;

const PROCESS = {
  crowd: {
    ...outage('10,000 callers at once, when Redis hangs and afterwards'),
    sees: 'one load a key; entries within `memory.maxEntries`, the journal within `journal.maxEntries`',
  },
  leak: {
    ...outage('one fault after the other, for 200,000 operations', 'what each fault takes'),
    sees: 'each its own value; the heap stays as it was',
  },
  'endless-loader': {
    fault: 'a loader that never ends',
    sees: '`CacheTimeoutError`, if they have a `hardTimeout`; in other processes their own loader, not stored',
    call: '`hardTimeout`; in other processes `lease.waitTimeout` (30 s) at most',
    back: 'the next one loads `lease.ttl` (2 s) after all its callers have left',
    lost: 'nothing',
  },
  'endless-loader-outage': {
    fault: 'a loader that never ends, and Redis hangs',
    sees: '`CacheTimeoutError`, if they have a `hardTimeout`; in other processes their own loader',
    call: '`hardTimeout`; in other processes 100 ms',
    back: BACK,
    lost: NOTHING,
  },
  'clock-ahead': {
    fault: 'a `clock` that was handed in jumps an hour ahead',
    sees: 'misses of what has less than an hour left, in that process; no outage',
    call: NO_WAIT,
    back: NEVER_AWAY,
    lost: 'what has less than an hour left, for that process',
  },
  'clock-back': {
    fault: 'a `clock` that was handed in jumps an hour back',
    sees: 'entries until Redis says that they are over; to others, what it stores is an hour older; no outage',
    call: NO_WAIT,
    back: NEVER_AWAY,
    lost: 'nothing',
  },
  'wall-clocks': {
    fault: 'the wall clock of the machine jumps, or that of the server goes back',
    sees: 'nothing of it: time is monotonic here, and an entry itself says when it is over',
    call: NO_WAIT,
    back: NEVER_AWAY,
    lost: 'nothing',
  },
} satisfies Record<string, Row>;

const BYTES = 'test/faults/hostile-bytes.test.ts';
const SIZES = 'test/faults/hostile-sizes.test.ts';

const HOSTILE = {
  damaged: harmless(
    'bytes that are cut, or changed in one place',
    MISS,
    BYTES,
    'cut anywhere, or with a byte changed anywhere: a miss, and replaced (%s)',
  ),
  moved: harmless(
    'the entry or ciphertext of another key, tenant or namespace',
    MISS,
    BYTES,
    'ciphertext of another key, tenant or namespace, under a checksum that fits (%s)',
    'a plain entry of another tenant or namespace, under a checksum that fits, has not the versions of this one',
  ),
  bomb: harmless(
    'a compression bomb of 256 MiB',
    MISS,
    BYTES,
    'a bomb of 256 MiB by %s inflates to no more than it may, and in no time',
  ),
  prototypes: harmless(
    '`__proto__` and `constructor` in values',
    'own data of that name; no prototype is reached',
    BYTES,
    'names of prototypes in %s are data like any other',
    'names of prototypes come back as own data, and reach none (%s)',
  ),
  types: harmless(
    'a list, a hash or a set under one of its keys (`WRONGTYPE`)',
    'its loader; an invalidation takes it out of the way',
    'test/faults/hostile-types.test.ts',
    'harms nobody, and is out of the way after an invalidation: %s',
  ),
  huge: {
    ...harmless(
      'a value of 512 MiB under one of its keys',
      'its loader; it is asked for once, and replaced',
      SIZES,
      'costs a call no more than its time limit, is asked for once, and is replaced',
    ),
    call: CALL,
  },
  large: harmless(
    'values that are too large to keep',
    'the value; `set` rejects, and names the path',
    SIZES,
    'is refused by its path before it is copied',
  ),
  names: harmless(
    'names of 1 MiB, lone surrogates, NUL, CRLF, braces and globs, as keys, tags, tenants and namespaces',
    'names like any other: nothing else is reached',
    'test/faults/hostile-keys.test.ts',
    'as keys, tags, tenants and namespaces are names like any other, and reach nothing else',
    'as patterns take what they match, and no time',
  ),
  ttls: harmless(
    'a ttl that is none: negative, `NaN`, a word',
    'an error where it is written; computed by a loader: the value, not stored, and an `error` event',
    'test/faults/hostile-ttl.test.ts',
    'that is none is refused, and what stood there stays: by %s',
    'that the loader computes to be none stores nothing, and says so each time',
  ),
} satisfies Record<string, Row>;

const CHANGES = 'test/topologies/cluster-changes.test.ts';

const TOPOLOGY = {
  failover: {
    ...outage('sentinels make another server the master; the master dies', EVERYTHING),
    back: 'when the sentinels have agreed, and 1 s',
    proofs: [
      {
        file: 'test/topologies/sentinel.test.ts',
        test: 'is followed through a failover and a death, and nobody goes without an answer',
      },
    ],
  },
  'cluster-death': {
    ...outage('a master of a cluster dies', EVERYTHING),
    back: 'when a replica has taken over, and 1 s',
    proofs: [{ file: CHANGES, test: 'is followed by its replica, and nobody goes without an answer' }],
  },
  'cluster-frozen': {
    ...outage('a master of a cluster hangs, and goes on'),
    proofs: [
      { file: CHANGES, test: 'costs its keys one time limit a call, is given up, and is used again when it thaws' },
    ],
  },
  resharding: {
    fault: 'slots of a cluster move to another node',
    sees: 'nothing of it: invalidations answer `true`',
    call: CALL,
    back: NEVER_AWAY,
    lost: 'nothing',
    proofs: [{ file: CHANGES, test: 'cost nobody an answer, and bring back nothing that was deleted' }],
  },
} satisfies Record<string, Row>;

/** The tables of the page, in their order. */
export const TABLES: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  'The server': SERVER,
  'The network': NETWORK,
  'The process': PROCESS,
  'What stands in the store': HOSTILE,
  'Sentinels and clusters': TOPOLOGY,
};

/** Rows that are tried by tests of this folder. */
export const ROWS = { ...SERVER, ...NETWORK, ...PROCESS };

export type RowName = keyof typeof ROWS;

/** A row that speaks in figures. */
export function rowOf(name: RowName): Row & { readonly call: number; readonly back: number } {
  const row: Row = ROWS[name];
  if (typeof row.call === 'string' || typeof row.back === 'string') throw new Error(`${name} has no figures.`);
  return row as Row & { readonly call: number; readonly back: number };
}
