import { bytesText, callersText, countText, percentText, timeText } from './figures.js';
import type { Advice, Measured, Row, RowName } from './report.js';

type Rule = (measured: Measured) => Advice | undefined;

/** In the order of how much they matter. Each speaks of what was measured, and is silent where nothing speaks for a change. */
const RULES: readonly Rule[] = [
  failedCalls,
  busyMachine,
  serverMemory,
  evictionPolicy,
  commandTimeout,
  nearTier,
  hitRatio,
  lessCompression,
  moreCompression,
  slowerNews,
  busyProcess,
];

export function adviceFor(measured: Measured): Advice[] {
  return RULES.flatMap((rule) => rule(measured) ?? []);
}

/** From where on a round trip is worth more than anything else a call does, in milliseconds. */
const FAR = 1;
/** What a server answers in the worst of a thousand cases shall not be half of what a call waits for. */
const TIMEOUT_REACH = 2;
const TIMEOUT_ROUND_TRIPS = 4;
/** Of fewer calls nobody knows the slowest in a thousand. */
const ENOUGH = 1_000;
const LOW_HIT_RATIO = 0.8;
const BUSY = 0.95;
/** Less than that more is the noise of a measurement. */
const GROWTH = 1.15;

function failedCalls({ rows, troubles }: Measured): Advice | undefined {
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  const [worst] = Object.entries(troubles).sort(([, a], [, b]) => b - a);
  if (failed === 0 && worst === undefined) return undefined;
  const calls = rows.reduce((sum, row) => sum + row.calls, 0);
  const reason =
    worst === undefined
      ? ' A set that Redis has not taken within the commandTimeout answers false.'
      : ` Most often (${countText(worst[1])} ${worst[1] === 1 ? 'time' : 'times'}): ${worst[0]}`;
  return {
    change: 'look at the errors first',
    because: `${failed === 0 ? 'No call failed, but the cache met errors' : `${countText(failed)} of ${countText(calls)} calls failed`}, so some of the others may have been served without the server.${reason}`,
  };
}

function busyMachine({ machine: { cores, load } }: Measured): Advice | undefined {
  if (load <= cores) return undefined;
  return {
    change: 'measure again on a quiet machine',
    because: `Before the run ${countText(load)} processes wanted ${cores === 1 ? 'the one core' : `one of the ${cores} cores`}: the tails, from p90 on, are theirs as well.`,
  };
}

function serverMemory({ server }: Measured): Advice | undefined {
  if (server?.maxMemory !== 0) return undefined;
  return {
    change: 'server: maxmemory, with maxmemory-policy allkeys-lru (or allkeys-lfu)',
    because: 'The server has no maxmemory: a cache that grows takes the memory of the whole machine.',
  };
}

function evictionPolicy({ server }: Measured): Advice | undefined {
  if (server?.policy !== 'noeviction' || !server.maxMemory) return undefined;
  const used =
    server.usedMemory === undefined ? '' : ` (${percentText(server.usedMemory / server.maxMemory)} used now)`;
  return {
    change: 'server: maxmemory-policy allkeys-lru (or allkeys-lfu)',
    because: `The server has a maxmemory of ${bytesText(server.maxMemory)}${used} and the policy noeviction: when it is full it refuses every write.`,
  };
}

function commandTimeout({ settings, rows, roundTripMs }: Measured): Advice | undefined {
  const limit = settings.commandTimeout;
  if (limit === undefined || roundTripMs === undefined) return undefined;
  // A loader's time is not the server's, and in a process that is always busy calls wait for the process.
  const asked = rows.filter(({ name, busy, calls, failed }) => {
    return (name === 'get, from Redis' || name === 'set') && busy < BUSY && calls - failed >= ENOUGH;
  });
  const slowest = asked.reduce<Row | undefined>(
    (worst, row) => (worst && worst.latencyMs.p999 >= row.latencyMs.p999 ? worst : row),
    undefined,
  );
  const needed = TIMEOUT_REACH * (slowest?.latencyMs.p999 ?? 0);
  const least = TIMEOUT_ROUND_TRIPS * roundTripMs.p99;
  if (limit >= Math.max(needed, least)) return undefined;
  const because =
    least >= needed || slowest === undefined
      ? `A round trip takes ${timeText(roundTripMs.p99)} (p99), and a call may need ${TIMEOUT_ROUND_TRIPS}`
      : `${slowest.name} takes ${timeText(slowest.latencyMs.p999)} (p99.9) with ${callersText(slowest.callers)}`;
  return {
    change: `redis: { commandTimeout: '${Math.ceil(Math.max(needed, least) / 50) * 50}ms' }, or fewer callers a process`,
    because: `${because}; the limit is ${timeText(limit)}. Above it the server counts as away and its fallback serves.`,
  };
}

function nearTier({ settings, roundTripMs, rows }: Measured): Advice | undefined {
  const read = first(rows, 'get, from Redis');
  if (settings.backend !== 'redis' || roundTripMs === undefined || roundTripMs.p50 <= FAR || !read) return undefined;
  return {
    change: `backend: 'tiered'`,
    because: `A round trip takes ${timeText(roundTripMs.p50)} and a hit ${timeText(read.latencyMs.p50)} (p50). Hits from the process's own memory need no round trip: that saves the ${timeText(read.latencyMs.p50)}.`,
  };
}

function hitRatio({ settings, rows }: Measured): Advice | undefined {
  const { hits, misses, latencyMs } = first(rows, 'getOrSet') ?? {};
  if (settings.hitRatio >= LOW_HIT_RATIO || !hits?.calls || !misses?.calls || !latencyMs) return undefined;
  if (misses.meanMs <= hits.meanMs) return undefined;
  const share = misses.calls / (hits.calls + misses.calls);
  const at = (ratio: number): string => timeText(ratio * hits.meanMs + (1 - ratio) * misses.meanMs);
  const better = Math.round((1 - share / 2) * 100) / 100;
  return {
    change: 'a longer ttl, staleWhileRevalidate, or keys with less in them',
    because: `At a hit ratio of ${percentText(1 - share)} a call takes ${at(1 - share)} on average: ${timeText(hits.meanMs)} a hit, ${timeText(misses.meanMs)} a miss. With ${percentText(better)} it would be ${at(better)}.`,
  };
}

function lessCompression({ settings, compression }: Measured): Advice | undefined {
  if (settings.compression === 'off' || !compression) return undefined;
  const { plain, packed, plainBytes, packedBytes } = compression;
  const isSmaller = packedBytes < 0.9 * plainBytes;
  const isSlower = packed.getMs > 1.1 * plain.getMs;
  // Twice as slow for less than half of the size is a bad bargain on any network.
  const isDear = packed.getMs > 2 * plain.getMs && packedBytes > plainBytes / 2;
  if (!isSlower || (isSmaller && !isDear)) return undefined;
  return { change: 'compression: false', because: bargain(compression) };
}

function moreCompression({ settings, compression }: Measured): Advice | undefined {
  if (settings.compression !== 'off' || !compression) return undefined;
  const { plain, packed, plainBytes, packedBytes, algorithm } = compression;
  const isFree = packed.getMs <= 1.05 * plain.getMs && packed.setMs <= 1.1 * plain.setMs;
  if (!isFree || packedBytes > 0.9 * plainBytes) return undefined;
  return { change: `compression: { algorithm: '${algorithm}' }`, because: bargain(compression) };
}

function bargain({ algorithm, plainBytes, packedBytes, plain, packed }: NonNullable<Measured['compression']>): string {
  return `${algorithm} makes ${bytesText(packedBytes)} of ${bytesText(plainBytes)} (${percentText(packedBytes / plainBytes)}); a get takes ${timeText(packed.getMs)} with it and ${timeText(plain.getMs)} without, a set ${timeText(packed.setMs)} and ${timeText(plain.setMs)}.`;
}

function slowerNews({ coherence, settings }: Measured): Advice | undefined {
  if (coherence?.found !== 'pubsub' || coherence.asked !== 'auto' || settings.backend !== 'tiered') return undefined;
  return {
    change: 'the rights +client|id +client|tracking &__redis__:invalidate, or a server that has CLIENT TRACKING',
    because:
      'The server does not tell this process what has changed (CLIENT TRACKING), so the writers do, by messages (pubsub): one more for each write, and what other programs change goes unheard.',
  };
}

function busyProcess({ rows }: Measured): Advice | undefined {
  const reads = rows.filter(({ name }) => name === 'get, from Redis');
  const nth = reads.findIndex((row, at) => {
    const next = reads[at + 1];
    return row.callers > 1 && row.busy >= BUSY && next !== undefined && next.perSecond < GROWTH * row.perSecond;
  });
  const [row, next] = [reads[nth], reads[nth + 1]];
  if (!row || !next) return undefined;
  return {
    change: 'more processes, not more callers a process',
    because: `At ${callersText(row.callers)} this process is busy ${percentText(row.busy)} of the time with ${countText(row.perSecond)} reads/s; ${callersText(next.callers)} get ${countText(next.perSecond)}. It is the limit, not Redis.`,
  };
}

function first(rows: readonly Row[], name: RowName): Row | undefined {
  return rows.find((row) => row.name === name);
}
