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
    // Read once, so that what can be is in the process.
    if (this.plan.settings.backend === 'tiered') for (const name of this.#nearKeys()) await main.get(name);
  }

  async measure(): Promise<RunFigures> {
    const { settings } = this.plan;
    const rows: Row[] = [];
    for (const { name, makeStep } of this.#operations()) {
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

  #operations(): Operation[] {
    const { settings, payload } = this.plan;
    const { main } = this.caches.of;
    const far = 'far' in this.caches.of ? this.caches.of.far : main;
    const keys = keysOf('key', settings.keys);
    const written = Math.max(settings.keys, 2 * Math.max(...settings.callers));
    const fromRedis: Operation = { name: 'get, from Redis', makeStep: getStep(far, keys) };
    const fromProcess: Operation = { name: 'get, from the process', makeStep: getStep(main, this.#nearKeys()) };
    const reads = { tiered: [fromProcess, fromRedis], redis: [fromRedis], memory: [fromProcess] }[settings.backend];
    return [
      ...(this.#isNear() ? reads : reads.filter((read) => read !== fromProcess)),
      { name: 'set', makeStep: setStep(main, keysOf('key', written), payload.value) },
      { name: 'getOrSet', makeStep: getOrSetStep(main, keys, { ...settings, value: payload.value }) },
    ];
  }

  /** As many as the process surely has room for. */
  #nearKeys(): string[] {
    const { settings, resolved, payload } = this.plan;
    const room = Math.min(resolved.memory.maxEntries / 2, resolved.memory.maxBytes / (4 * (payload.bytes + 200)));
    return keysOf('key', Math.max(1, Math.min(settings.keys, Math.floor(room))));
  }

  #isNear(): boolean {
    const near = this.#nearKeys();
    const found = near.filter((key) => this.caches.of.main.peek(key) !== undefined);
    if (found.length === near.length || this.plan.settings.backend === 'redis') return true;
    this.parts.troubles.add(`only ${found.length} of ${near.length} values stay in the process; it was not measured`);
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
