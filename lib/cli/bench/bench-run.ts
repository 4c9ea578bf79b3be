import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheManager } from '../../index.js';
import { TroubleError } from '../usage-error.js';
import type { BenchPlan } from './bench-plan.js';
import { measure, type Step } from './callers.js';
import { compressionOf } from './compression-run.js';
import { callersText } from './figures.js';
import { openCaches, type OpenCaches } from './open-caches.js';
import type { CompressionFigures, Row, RowName } from './report.js';
import type { ServerProbe } from './server-probe.js';
import { getOrSetStep, getStep, KEEP, keysOf, setStep } from './steps.js';
import type { Troubles } from './troubles.js';

/** What a run needs beside its plan. */
export interface RunParts {
  readonly probe: ServerProbe | undefined;
  readonly troubles: Troubles;
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

/** In milliseconds. */
const PATIENCE = 5_000;
const PAUSE = 50;

interface Operation {
  readonly name: RowName;
  readonly makeStep: () => Step;
}

export interface RunFigures {
  readonly rows: readonly Row[];
  readonly compression?: CompressionFigures;
}

/** Caches opened on a server, and what is measured with them. */
export class BenchRun {
  private constructor(
    private readonly plan: BenchPlan,
    private readonly parts: RunParts,
    private readonly caches: OpenCaches<'main'> | OpenCaches<'main' | 'far'>,
  ) {}

  static async open(plan: BenchPlan, parts: RunParts): Promise<BenchRun> {
    const { options, settings } = plan;
    const main = options;
    const caches = await (settings.backend === 'tiered'
      ? // A second cache has to ask Redis for what the first one has in the process.
        openCaches({ main, far: { ...options, backend: 'redis' } })
      : openCaches({ main }));
    for (const cache of Object.values(caches.of)) parts.troubles.hear(cache);
    return new BenchRun(plan, parts, caches);
  }

  /** @throws TroubleError when the values cannot be stored. */
  async seed(): Promise<void> {
    const { keys } = this.plan.settings;
    this.parts.progress(`storing ${keys} values`);
    const { main } = this.caches.of;
    const names = keysOf('key', keys);
    await this.#store(main, names);
  }

  async measure(): Promise<RunFigures> {
    const { settings } = this.plan;
    const rows: Row[] = [];
    for (const { name, makeStep } of [...(await this.#reads()), ...this.#writes()]) {
      for (const callers of settings.callers) {
        this.parts.progress(`${name}, ${callersText(callers)}`);
        const { signal } = this.parts;
        const { hits, misses, ...sample } = await measure(makeStep, { callers, seconds: settings.seconds, signal });
        // Half a row would be compared with whole ones.
        if (signal.aborted) return { rows };
        rows.push({ name, callers, ...sample, ...(name === 'getOrSet' ? { hits, misses } : {}) });
      }
    }
    const compression = await this.#compression();
    return { rows, ...(compression && { compression }) };
  }

  close(): Promise<void> {
    return this.caches.close();
  }

  async #reads(): Promise<Operation[]> {
    const { backend, keys } = this.plan.settings;
    const { main } = this.caches.of;
    const far = 'far' in this.caches.of ? this.caches.of.far : main;
    const fromRedis: Operation = { name: 'get, from Redis', makeStep: getStep(far, keysOf('key', keys)) };
    if (backend === 'redis') return [fromRedis];
    const near: Operation = { name: 'get, from the process', makeStep: getStep(main, this.#nearKeys()) };
    return [...((await this.#comeNear()) ? [near] : []), ...(backend === 'tiered' ? [fromRedis] : [])];
  }

  #writes(): Operation[] {
    const { settings, payload } = this.plan;
    const { main } = this.caches.of;
    const written = keysOf('key', Math.max(settings.keys, 2 * Math.max(...settings.callers)));
    const readThrough = { ...settings, value: payload.value };
    return [
      { name: 'set', makeStep: setStep(main, written, payload.value) },
      { name: 'getOrSet', makeStep: getOrSetStep(main, keysOf('key', settings.keys), readThrough) },
    ];
  }

  /** As many as the process surely has room for. */
  #nearKeys(): string[] {
    const { settings, resolved, payload } = this.plan;
    const room = Math.min(resolved.memory.maxEntries / 2, resolved.memory.maxBytes / (4 * (payload.bytes + 200)));
    return keysOf('key', Math.max(1, Math.min(settings.keys, Math.floor(room))));
  }

  /** Reads until what is read is in the process: not before this hears of changes, and not after it missed some. */
  async #comeNear(): Promise<boolean> {
    const { main } = this.caches.of;
    const names = this.#nearKeys();
    const missing = (): string[] => names.filter((name) => main.peek(name) === undefined);
    for (let waited = 0; waited < PATIENCE && !this.parts.signal.aborted; waited += PAUSE) {
      for (const name of missing()) await main.get(name);
      if (missing().length === 0) return true;
      await sleep(PAUSE);
    }
    const found = names.length - missing().length;
    this.parts.troubles.add(`only ${found} of ${names.length} values stay in the process; it was not measured`);
    return false;
  }

  async #compression(): Promise<CompressionFigures | undefined> {
    const { probe, signal } = this.parts;
    if (probe === undefined) return undefined;
    this.parts.progress('compression');
    try {
      return await compressionOf(this.plan, probe, signal);
    } catch (error) {
      // What was measured before is worth more than this.
      if (!(error instanceof TroubleError)) throw error;
      this.parts.troubles.add(`compression was not measured: ${error.message}`);
      return undefined;
    }
  }

  async #store(cache: CacheManager, names: readonly string[]): Promise<void> {
    const { value } = this.plan.payload;
    const stored = await cache.warm(
      names.map((name) => [name, value] as const),
      KEEP,
    );
    if (stored === names.length) return;
    const reason = this.parts.troubles.worst ?? 'the cache gave no reason';
    throw new TroubleError(`Only ${stored} of ${names.length} values could be stored: ${reason}`);
  }
}
