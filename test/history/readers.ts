import { setTimeout as delay } from 'node:timers/promises';
import type { LoaderContext } from '../../lib/contracts/options.js';
import type { InvalidationBus } from '../../lib/contracts/invalidation-bus.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import type { Dice } from './dice.js';
import type { Recorder } from './recorder.js';
import type { Source } from './source.js';
import type { WalkedKey, Workload } from './workload.js';

/** What is cached: which version of which key. */
export interface Versioned {
  readonly key: string;
  readonly version: number;
}

export interface WalkParts {
  readonly cache: CacheManager;
  readonly bus: InvalidationBus;
  readonly source: Source;
  readonly recorder: Recorder;
  readonly dice: Dice;
  readonly workload: Workload;
  /** Called in the middle of each load. */
  readonly onLoad: () => void;
  /** Called with each read that reached the cache, when it is over. */
  readonly onRead: (how: string, began: number) => void;
}

/** Reads in every way there is, and writes down what each brought. */
export class Readers {
  constructor(private readonly parts: WalkParts) {}

  /** Sometimes waits until all has been heard that was changed before, and then reads without a pause. */
  async step(): Promise<void> {
    const { dice, workload } = this.parts;
    const key = dice.pick(workload.keys);
    const heardFrom = dice.says(workload.inStep) ? await this.#listen() : undefined;
    if (heardFrom !== undefined) this.peek(key, heardFrom);
    if (dice.says(0.6)) await this.getOrSet(key, heardFrom);
    else if (dice.says(0.5)) await this.get(key, heardFrom);
    else await this.getOrSetMany(heardFrom);
  }

  peek(key: WalkedKey, heardFrom?: number): void {
    const began = this.parts.recorder.now();
    this.#got('peek', key, began, this.parts.cache.peek<Versioned>(key.name), heardFrom);
  }

  async get(key: WalkedKey, heardFrom?: number): Promise<void> {
    const began = this.parts.recorder.now();
    this.#got(
      'get',
      key,
      began,
      await this.#asked('get', began, () => this.parts.cache.get<Versioned>(key.name)),
      heardFrom,
    );
  }

  async getOrSet(key: WalkedKey, heardFrom?: number): Promise<void> {
    const { cache, recorder } = this.parts;
    const began = recorder.now();
    const load = async (context: LoaderContext<Versioned>): Promise<Versioned> => {
      if (key.lateTags.length > 0) context.setTags(...key.lateTags);
      return (await this.#load([key.name])).get(key.name)!;
    };
    const value = await this.#asked('getOrSet', began, () => cache.getOrSet<Versioned>(key.name, load, key.options));
    this.#got('getOrSet', key, began, value, heardFrom);
  }

  /** Of those keys that everybody asks for in the same way. */
  async getOrSetMany(heardFrom?: number): Promise<void> {
    const { cache, recorder, workload } = this.parts;
    const keys = workload.keys.filter(({ options }) => isLike(options, workload));
    const names = keys.map(({ name }) => name);
    const began = recorder.now();
    const found = await this.#asked('getOrSetMany', began, () =>
      cache.getOrSetMany<Versioned>(names, (missing) => this.#load(missing), keys[0]!.options),
    );
    for (const key of keys) this.#got('getOrSetMany', key, began, found?.get(key.name), heardFrom);
  }

  /** Reads every key in every way that another one does not hide. */
  async look(): Promise<void> {
    for (const key of this.parts.workload.keys) {
      this.peek(key);
      await this.get(key);
      await this.getOrSet(key);
    }
  }

  /** A cache never fails a read; one that does is written down, and the run goes on. */
  async #asked<T>(how: string, began: number, ask: () => Promise<T>): Promise<T | undefined> {
    const { onRead, recorder } = this.parts;
    try {
      return await ask();
    } catch (error) {
      const detail = `${how}: ${error instanceof Error ? error.message : String(error)}`;
      recorder.add({ kind: 'trouble', what: 'rejected', detail, began, ended: recorder.now() });
      return undefined;
    } finally {
      onRead(how, began);
    }
  }

  async #load(names: readonly string[]): Promise<Map<string, Versioned>> {
    const { dice, onLoad, recorder, source, workload } = this.parts;
    const began = recorder.now();
    // What is read first is old by the time it is stored.
    const before = dice.says(0.7) ? 0 : dice.between(0, workload.loadTime);
    await delay(before);
    const versions = await source.versions(names);
    onLoad();
    await delay(dice.between(0, workload.loadTime) - before);
    const ended = recorder.now();
    names.forEach((key, at) => recorder.add({ kind: 'load', key, version: versions[at]!, began, ended }));
    return new Map(names.map((key, at) => [key, { key, version: versions[at]! }]));
  }

  async #listen(): Promise<number | undefined> {
    const began = this.parts.recorder.now();
    try {
      await this.parts.bus.barrier();
      return began;
    } catch {
      // Nothing is heard at present.
      return undefined;
    }
  }

  #got(how: string, key: WalkedKey, began: number, value: Versioned | undefined, heardFrom: number | undefined): void {
    if (value === undefined) return;
    if (value.key !== key.name) throw new Error(`${how}(${key.name}) brought the value of ${value.key}.`);
    const takesStale = how.startsWith('getOrSet') && key.options.staleWhileRevalidate !== undefined;
    const { recorder } = this.parts;
    const read = { kind: 'read' as const, how, key: key.name, version: value.version, takesStale, heardFrom };
    recorder.add({ ...read, began, ended: recorder.now() });
  }
}

function isLike(options: WalkedKey['options'], { keys }: Workload): boolean {
  return JSON.stringify(options) === JSON.stringify(keys[0]!.options);
}
