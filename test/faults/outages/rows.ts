/** What is said of one fault in `docs/faults.md`, and held against by its tests. */
export interface Row {
  readonly fault: string;
  readonly sees: string;
  /** How long the cache may keep one call waiting, in milliseconds; or in words, where that is not the point. */
  readonly call: number | string;
  /** How long after its end Redis is used again at the latest, in milliseconds; or in words. */
  readonly back: number | string;
  readonly lost: string;
  /** Tests that are no ordeal of their own: what `docs/faults.md` names for them. */
  readonly proofs?: readonly Proof[];
}

export interface Proof {
  readonly file: string;
  readonly test: string;
}

/** Of a call: `commandTimeout`. */
const CALL = 100;
/** A probe every 250 ms at the latest, the replay, and the wait of 500 ms for other processes. */
const BACK = 1_000;
/** A connection that broke, and nothing else: no wait. */
const BLIP = 100;

const FALLBACK = 'the fallback or its loader; invalidations and `set` answer `false`';
const NOTHING = 'nothing: what was taken away is replayed before anything is read';
const EVERYTHING = 'all that Redis held: it is another server, so the namespace is cleared';

const outage = (fault: string, lost = NOTHING): Row => ({ fault, sees: FALLBACK, call: CALL, back: BACK, lost });

export const ROWS = {
  frozen: outage('Redis hangs (`SIGSTOP`), and goes on'),
  paused: outage('`CLIENT PAUSE`'),
  'killed-empty': outage('Redis is killed, and starts empty', 'all that Redis held'),
  'killed-same': outage('Redis is killed, and starts with all it held', EVERYTHING),
  'killed-old': outage(
    'Redis is killed, and starts with what it held before deletes that had answered `true`',
    `${EVERYTHING}; with \`onServerChange: 'trust'\` what was deleted is served again`,
  ),
  loading: outage('Redis starts, and loads its data (`LOADING`)', EVERYTHING),
  full: {
    ...outage('Redis is full (`OOM`, `noeviction`)'),
    sees: 'the fallback or its loader; `set` answers `false`; invalidations `true` as soon as a probe has shown what is the matter',
    lost: 'nothing: what is taken away is taken away in Redis',
  },
  'read-only': outage('Redis is made a replica (`READONLY`), and a master again'),
  noauth: outage('Redis asks for a password that nobody has (`NOAUTH`)'),
  wrongpass: outage('the password of Redis is changed (`WRONGPASS`)'),
  noperm: outage('the user of Redis loses its rights (`NOPERM`)'),
  slow: outage('the network takes 300 ms each way'),
  dripping: outage('the network lets through one byte every 20 ms'),
  'black-hole': outage('the network swallows everything, also of new connections'),
  parted: outage('the network is parted, and delivers what it held when it is whole again'),
  refused: outage('connections are reset, and new ones refused'),
  resets: {
    ...outage('connections are reset, again and again'),
    sees: 'the fallback or its loader; invalidations and `set` answer as they fare',
  },
  cuts: {
    ...outage('replies are cut in the middle, again and again'),
    sees: 'the fallback or its loader, never part of a value; invalidations and `set` answer as they fare',
  },
  'killed-connections': {
    fault: 'connections are closed, and taken again at once (`CLIENT KILL`)',
    sees: 'the fallback or its loader, for a moment; invalidations and `set` answer as they fare',
    call: CALL,
    back: BLIP,
    lost: 'nothing',
  },
  absent: {
    ...outage('Redis is not there when the application starts'),
    sees: 'the application starts; the fallback or its loader; invalidations and `set` answer `false`',
  },
  unresolved: {
    ...outage('the name of Redis cannot be resolved, and then can'),
    sees: 'the application starts; the fallback or its loader; invalidations and `set` answer `false`',
  },
  crowd: {
    ...outage('10,000 callers at once, when Redis hangs and afterwards'),
    sees: 'each key is loaded once in a process; entries within `memory.maxEntries`, the journal within `journal.maxEntries`',
  },
  'endless-loader': {
    fault: 'a loader that never ends',
    sees: 'who has a `hardTimeout`: `CacheTimeoutError` after it; callers in other processes: their own loader after `lease.waitTimeout`, not stored',
    call: '`hardTimeout`; elsewhere `lease.waitTimeout` (30 s)',
    back: 'when all its callers have left: after `lease.ttl` (2 s) the next one loads',
    lost: 'nothing',
  },
  'endless-loader-outage': {
    fault: 'a loader that never ends, and Redis hangs',
    sees: 'who has a `hardTimeout`: `CacheTimeoutError` after it; callers in other processes: their own loader',
    call: '`hardTimeout`; elsewhere 100 ms',
    back: '1 s',
    lost: 'nothing',
  },
  'clock-ahead': {
    fault: 'a clock that was handed in jumps an hour ahead',
    sees: 'entries of less than an hour are misses in that process; no outage',
    call: 'not at all',
    back: 'never away',
    lost: 'what has less than an hour left',
  },
  'clock-back': {
    fault: 'a clock that was handed in jumps an hour back',
    sees: 'what Redis holds, until Redis says that it is over; other processes: what that one stores is an hour older; no outage',
    call: 'not at all',
    back: 'never away',
    lost: 'nothing',
  },
  'wall-clocks': {
    fault: 'the wall clock of the machine, or of the server, jumps',
    sees: 'nothing: time is monotonic, and the entry itself says when it ends',
    call: 'not at all',
    back: 'never away',
    lost: 'nothing; if the clock of the server jumps ahead, what Redis takes for over',
  },
} satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;

/** A row that speaks in figures. */
export function rowOf(name: RowName): Row & { readonly call: number; readonly back: number } {
  const row: Row = ROWS[name];
  if (typeof row.call === 'string' || typeof row.back === 'string') throw new Error(`${name} has no figures.`);
  return row as Row & { readonly call: number; readonly back: number };
}
