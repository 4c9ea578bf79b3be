import { availableParallelism, loadavg } from 'node:os';
import { CacheError } from '../../index.js';
import { publicMessageOf } from '../../support/public-message.js';
import { readArguments } from '../arguments.js';
import type { Terminal } from '../terminal.js';
import { TroubleError, UsageError } from '../usage-error.js';
import { ownVersion } from '../version.js';
import { adviceFor } from './advice.js';
import { planOf, type BenchPlan } from './bench-plan.js';
import { BenchRun } from './bench-run.js';
import { BENCH_HELP, BENCH_OPTIONS } from './bench.options.js';
import { coherenceFound } from './coherence.js';
import type { CleanUp, Measured, Report } from './report.js';
import { ServerProbe } from './server-probe.js';
import { cleanUpText, reportText } from './table.js';
import { Troubles } from './troubles.js';

/** In seconds. */
const LONGEST_ROUND_TRIP = 1;
/** Of what a server has left, for what the cache keeps beside a value. */
const OVERHEAD = 300;

/** `nestjs-cached bench`. Resolves to the exit code. @throws UsageError; TroubleError when nothing could be measured. */
export async function runBench(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = readArguments(args, BENCH_OPTIONS);
  if (given.switches.has('help')) {
    terminal.stdout.write(BENCH_HELP);
    return 0;
  }
  if (given.words.length > 0) throw new UsageError('bench takes options alone. Is a --url missing before the url?');
  const plan = planOf(given, terminal.env);
  const { settings } = plan;
  const progress = progressOn(terminal);
  const probe = plan.redis && (await ServerProbe.open(plan.redis, settings.server!, settings.namespace));
  let measured: Measured | undefined;
  let cleanUp: CleanUp | undefined;
  try {
    if (probe) await checkServer(plan, probe);
    try {
      measured = await measureAll(plan, probe, { signal: terminal.signal, progress });
    } finally {
      progress('removing the keys');
      // What was there before was refused, so all of it is of this run.
      cleanUp = await probe?.cleanUp();
      progress('');
      if (cleanUp) terminal.stderr.write(`${cleanUpText(cleanUp, settings.namespace)}\n`);
    }
  } finally {
    await probe?.close();
  }
  const interrupted = terminal.signal.aborted;
  const report: Report = {
    versions: { 'nestjs-cached': ownVersion(), Node: process.versions.node },
    interrupted,
    ...measured,
    advice: interrupted ? [] : adviceFor(measured),
    ...(cleanUp && { cleanUp }),
  };
  terminal.stdout.write(plan.isJson ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${reportText(report)}`);
  if (interrupted) return 130;
  return cleanUp && cleanUp.left !== 0 ? 1 : 0;
}

interface Means {
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

async function measureAll(plan: BenchPlan, probe: ServerProbe | undefined, means: Means): Promise<Measured> {
  const { settings, redis } = plan;
  const machine = { cores: availableParallelism(), load: loadavg()[0] ?? 0 };
  const troubles = new Troubles();
  const server = await probe?.facts();
  const run = await BenchRun.open(plan, { probe, troubles, ...means });
  try {
    await run.seed();
    means.progress('round trip');
    const coherence = probe && redis && { asked: redis.coherence, found: await coherenceFound(probe, redis, server) };
    const roundTripMs = await probe?.roundTrip(Math.min(LONGEST_ROUND_TRIP, settings.seconds), means.signal);
    const figures = await run.measure();
    return {
      settings,
      machine,
      ...(server && { server }),
      ...(coherence && { coherence }),
      ...(roundTripMs && { roundTripMs }),
      ...figures,
      troubles: troubles.toObject(),
    };
  } catch (error) {
    if (error instanceof CacheError) throw new TroubleError(publicMessageOf(error), { cause: error });
    throw error;
  } finally {
    await run.close();
  }
}

/** @throws TroubleError where measuring would do harm, or could not work. */
async function checkServer({ settings, isNamed }: BenchPlan, probe: ServerProbe): Promise<void> {
  const { isCluster, maxMemory = 0, usedMemory = 0 } = await probe.facts();
  if (isCluster) throw new TroubleError(`${settings.server!} is a node of a cluster. bench measures one server.`);
  const needed = settings.keys * (settings.payloadBytes + OVERHEAD);
  if (maxMemory > 0 && usedMemory + 2 * needed > maxMemory) {
    throw new TroubleError(
      `The server has too little room left below its maxmemory: other keys would have to go. Use fewer --keys, or a smaller --size.`,
    );
  }
  if (isNamed && !(await probe.isEmpty())) {
    throw new TroubleError(`The namespace ${settings.namespace} holds keys already. bench takes an empty one alone.`);
  }
}

/** One line that is written over, for whoever looks at it. */
function progressOn({ stderr }: Terminal): (what: string) => void {
  if (stderr.isTTY !== true) return () => {};
  return (what) => stderr.write(what === '' ? '\r\u001b[K' : `\r\u001b[K${what} ...`);
}
