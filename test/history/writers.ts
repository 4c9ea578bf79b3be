import type { CacheEvent } from '../../lib/contracts/events.js';
import type { Readers, Versioned, WalkParts } from './readers.js';
import { matching, PATTERNS, tagged, TAGS, type WalkedKey } from './workload.js';

/** Raises the source, then takes the old version away in every way there is, and reads at once what is there now. */
export class Writers {
  constructor(
    private readonly parts: WalkParts,
    private readonly readers: Readers,
  ) {}

  async step(): Promise<void> {
    const { dice, workload } = this.parts;
    const key = dice.pick(workload.keys);
    const concerned = await this.#change(key);
    const first = dice.says(0.5) ? key : dice.pick(concerned);
    for (const one of concerned) this.readers.peek(one);
    await (dice.says(0.5) ? this.readers.getOrSet(first) : this.readers.get(first));
  }

  async #change(key: WalkedKey): Promise<WalkedKey[]> {
    const { cache, dice, workload } = this.parts;
    const { keys } = workload;
    const change = dice.pick(workload.changes);
    switch (change) {
      case 'delete':
        return this.#invalidate(change, [key.name], () => cache.delete(key.name));
      case 'expire':
        return this.#invalidate(change, [key.name], () => cache.expire(key.name));
      case 'deleteMany': {
        const names = keys.filter(({ name }) => name === key.name || dice.says(0.3)).map(({ name }) => name);
        return this.#invalidate(change, names, () => cache.deleteMany(names));
      }
      case 'invalidateTags': {
        const tag = dice.pick(TAGS.filter((each) => tagged(keys, each).length > 0));
        return this.#invalidate(change, tagged(keys, tag), () => cache.invalidateTags(tag));
      }
      case 'invalidate': {
        const pattern = dice.pick((workload.patterns ?? PATTERNS).filter((each) => matching(keys, each).length > 0));
        return this.#invalidate(change, matching(keys, pattern), () => this.#sweep(pattern));
      }
      case 'clear':
        return this.#invalidate(
          change,
          keys.map(({ name }) => name),
          () => cache.clear(),
        );
      case 'set':
        return this.#set(key);
      case 'putAfter':
        return this.#putAfter(key);
    }
  }

  async #invalidate(how: string, names: string[], work: () => Promise<boolean>): Promise<WalkedKey[]> {
    const { dice, recorder, source, workload } = this.parts;
    await Promise.all(names.filter((_, at) => at === 0 || dice.says(0.5)).map((name) => source.raise(name)));
    const began = recorder.now();
    const complete = await work();
    recorder.add({ kind: 'invalidation', how, keys: names, complete, began, ended: recorder.now() });
    return workload.keys.filter(({ name }) => names.includes(name));
  }

  /** How many went does not say whether all did. */
  async #sweep(pattern: string): Promise<boolean> {
    const { cache } = this.parts;
    const { outcomes } = await cache.observe(() => cache.invalidate(pattern));
    return outcomes.some((event) => event.type === 'invalidate' && event.complete);
  }

  async #set(key: WalkedKey): Promise<WalkedKey[]> {
    const { cache, recorder, source } = this.parts;
    const version = await source.raise(key.name);
    const settle = recorder.put(key.name, version);
    const began = recorder.now();
    const complete = await cache.set(key.name, { key: key.name, version }, this.#options(key));
    settle(complete);
    recorder.add({
      kind: 'invalidation',
      how: 'set',
      keys: [key.name],
      version,
      complete,
      began,
      ended: recorder.now(),
    });
    return [key];
  }

  /** As `@CachePut` does it. It promises something only where it has stored what it was to store. */
  async #putAfter(key: WalkedKey): Promise<WalkedKey[]> {
    const { cache, recorder, source } = this.parts;
    const options = cache.cache.parts.resolver.resolve(this.#options(key));
    let [began, version] = [0, 0];
    const run = async (): Promise<Versioned> => {
      version = await source.raise(key.name);
      began = recorder.now();
      return { key: key.name, version };
    };
    const plan = { key: key.name, tags: options.tags, keyOf: () => key.name, optionsOf: () => options };
    const { outcomes } = await cache.observe(() => cache.cache.writes.putAfter(cache.scope, run, plan));
    const complete = outcomes.some(
      (event: CacheEvent) => event.type === 'set' && event.key === key.name && event.complete !== false,
    );
    recorder.add({
      kind: 'invalidation',
      how: 'putAfter',
      keys: [key.name],
      version,
      complete,
      began,
      ended: recorder.now(),
    });
    return [key];
  }

  /** What is put in by hand has no loader to add tags. */
  #options({ options, lateTags }: WalkedKey): WalkedKey['options'] {
    return { ...options, tags: [...(options.tags ?? []), ...lateTags] };
  }
}
