import { types } from 'node:util';
import { LONG_ARRAY } from './copy-value.js';
import { putErrorTogether, takeErrorApart } from './error-parts.js';
import { CacheValueError } from './errors.js';
import { copyLeaf, leafBytes } from './leaf-value.js';
import { namedItem, readFields } from './own-data.js';
import { classify, unbox, type LeafKind } from './value-kind.js';
import { CollectionStep, ValueTrail } from './value-path.js';

/** Also stops values that are small but mention one part over and over, level upon level. */
const MAX_BYTES = 512 * 1024 * 1024;

const SLOT = 8;
/** An object with its hidden class and a few slots, or an array with its elements. */
const HEADER = 48;

/** One walk over one value, for `takeSnapshot`. `depth` counts the steps from the root to where the walk stands. */
export class ValueWalk {
  bytes = 0;
  /** Plain objects and arrays met. */
  containers = 0;
  /** Whether anything was met that freezing cannot protect. */
  exotic = false;
  /** The copies of long arrays of primitives. */
  leaves: Set<object> | undefined;
  private readonly trail = new ValueTrail();

  constructor(
    private readonly refuseInstances: boolean,
    /** The copy will be thrown away: leave out what is expensive in it. */
    private readonly reference: boolean,
  ) {}

  isLike(refuseInstances: boolean, reference: boolean): boolean {
    return this.refuseInstances === refuseInstances && this.reference === reference;
  }

  /** Ready for another value, and holding on to nothing of this one. */
  clear(): this {
    this.bytes = 0;
    this.containers = 0;
    this.exotic = false;
    this.leaves = undefined;
    this.trail.clear();
    return this;
  }

  /** The copy. @throws CacheValueError */
  start(value: unknown): unknown {
    const copy = this.visit(value, 0);
    this.checkWeight(0);
    return copy;
  }

  private visit(value: unknown, depth: number): unknown {
    this.bytes += SLOT;
    if (typeof value === 'object') return value === null ? value : this.enter(value, depth);
    if (typeof value === 'string') this.bytes += SLOT + 2 * value.length;
    else if (typeof value === 'bigint') this.bytes += SLOT + Math.ceil(value.toString(16).length / 2);
    else if (typeof value === 'function' || typeof value === 'symbol') this.trail.refuse(depth, `a ${typeof value}`);
    return value;
  }

  private enter(value: object, depth: number): unknown {
    this.trail.enter(value, depth);
    this.bytes += HEADER;
    this.checkWeight(depth);
    try {
      return this.copy(value, depth);
    } catch (error) {
      // Getters, traps of a proxy and impostors of built-ins throw whatever they like.
      if (error instanceof CacheValueError) throw error;
      if (error instanceof RangeError && error.message.includes('call stack'))
        this.trail.refuse(depth, 'nested too deeply');
      return this.trail.refuse(depth, `unreadable (${error instanceof Error ? error.message : typeof error})`);
    }
  }

  private copy(value: object, depth: number): unknown {
    const { kind, what, behaves } = classify(value);
    if (kind === 'object') return this.object(value, depth);
    if (kind === 'array') return this.array(value as unknown[], depth);
    if (kind === 'instance') return this.instance(value, depth, what, behaves);
    if (kind === 'refused') return this.trail.refuse(depth, what);
    if (kind === 'boxed') return this.visit(unbox(value), depth);
    this.exotic = true;
    if (kind === 'map') return this.map(value, depth);
    if (kind === 'set') return this.set(value, depth);
    if (kind === 'error') return this.error(value as Error, depth);
    return this.leaf(kind, value, depth);
  }

  private object(value: object, depth: number): object {
    if (this.reference) return this.referenced(value as Record<string, unknown>, depth);
    const fields = this.own(value, depth);
    if (Object.getOwnPropertySymbols(fields).length > 0) this.trail.refuse(depth, 'an object with a symbol as a key');
    return this.fields(fields, depth);
  }

  /** Looked through where it is. */
  private referenced(value: Record<string, unknown>, depth: number): object {
    const symbols = Object.getOwnPropertySymbols(value);
    // Asked first whether there are any: nearly always none, and then nothing is made.
    // oxlint-disable-next-line unicorn/no-useless-length-check
    if (symbols.length > 0 && symbols.some((key) => Object.prototype.propertyIsEnumerable.call(value, key)))
      this.trail.refuse(depth, 'an object with a symbol as a key');
    try {
      return this.fields(value, depth);
    } catch (error) {
      // A getter throws: this tells which.
      if (!(error instanceof CacheValueError)) this.own(value, depth);
      throw error;
    }
  }

  private instance(value: object, depth: number, what: string, behaves: boolean): object {
    if (this.refuseInstances) this.trail.refuse(depth, what);
    const all = this.own(value, depth);
    // decimal.js, and with it Prisma, gives each instance a field that names its class. That is no data.
    if (typeof all['constructor'] === 'function') delete all['constructor'];
    const symbols = Object.getOwnPropertySymbols(all).length > 0;
    const fields = symbols ? (Object.fromEntries(Object.entries(all)) as Record<string, unknown>) : all;
    // Private fields and symbols: an empty object would come back, and nobody would know why.
    if ((behaves || symbols) && Object.keys(fields).length === 0) {
      this.trail.refuse(depth, `${what}, which keeps its data private`);
    }
    return this.fields(fields, depth);
  }

  private own(value: object, depth: number): Record<string, unknown> {
    return readFields(value, (key) => this.trail.refuse(depth + 1, 'a getter that throws', key));
  }

  /** Replaces what `fields`, which is ours unless we only look, holds by copies. An own `__proto__` is data, and stays data. */
  private fields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
    this.containers += 1;
    // `for in` makes no list of the keys. An own `__proto__` is met as any other; what a prototype has is not ours.
    for (const key in fields) {
      // Here the engine sees that it need not ask, which `Object.hasOwn` would hide from it.
      // oxlint-disable-next-line prefer-object-has-own
      if (!Object.prototype.hasOwnProperty.call(fields, key)) continue;
      const field = fields[key];
      this.bytes += SLOT + 2 * key.length;
      if (typeof field === 'string') this.bytes += 2 * SLOT + 2 * field.length;
      else if (typeof field === 'number' || typeof field === 'boolean') this.bytes += SLOT;
      else {
        this.trail.step(depth, key);
        const kept = this.visit(field, depth + 1);
        if (kept !== field && !this.reference) fields[key] = kept;
      }
    }
    return fields;
  }

  private array(value: unknown[], depth: number): unknown[] {
    const { length } = value;
    // A sparse array may claim any length.
    if (this.bytes + length * SLOT > MAX_BYTES) this.trail.refuse(depth, 'larger than 512 MiB in all');
    const ordinary = Object.getPrototypeOf(value) === Array.prototype;
    const named = ordinary ? namedItem(value) : undefined;
    if (named !== undefined) this.trail.refuse(depth, `an array with a property of its own, ${JSON.stringify(named)}`);
    if (this.reference && ordinary) return this.referencedItems(value, depth);
    const items = ordinary ? [...value] : Array.from({ length }, (_, index) => value[index]);
    this.containers += 1;
    let primitive = true;
    for (let index = 0; index < length; index += 1) {
      const item = items[index];
      if (typeof item === 'number') this.bytes += SLOT;
      else if (typeof item === 'string') this.bytes += 2 * SLOT + 2 * item.length;
      else {
        this.trail.step(depth, index);
        items[index] = this.visit(item, depth + 1);
        if (typeof item === 'object' && item !== null) primitive = false;
      }
    }
    if (primitive && length >= LONG_ARRAY) (this.leaves ??= new Set()).add(items);
    return items;
  }

  /** Looked through where they are. */
  private referencedItems(value: unknown[], depth: number): unknown[] {
    this.containers += 1;
    for (let index = 0; index < value.length; index += 1) {
      const item = value[index];
      if (typeof item === 'number') this.bytes += SLOT;
      else if (typeof item === 'string') this.bytes += 2 * SLOT + 2 * item.length;
      else {
        this.trail.step(depth, index);
        this.visit(item, depth + 1);
      }
    }
    return value;
  }

  private map(value: object, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    // Listed before the first visit: a getter inside might change the map.
    for (const [key, item] of [...Map.prototype.entries.call(value)] as [unknown, unknown][]) {
      this.bytes += HEADER;
      this.trail.step(depth, new CollectionStep(key, copy.size, 'key'));
      const keptKey = this.visit(key, depth + 1);
      this.trail.step(depth, new CollectionStep(key, copy.size, 'value'));
      copy.set(keptKey, this.visit(item, depth + 1));
    }
    return copy;
  }

  private set(value: object, depth: number): Set<unknown> {
    const copy = new Set<unknown>();
    for (const item of [...Set.prototype.values.call(value)] as unknown[]) {
      this.bytes += HEADER;
      this.trail.step(depth, new CollectionStep(item, copy.size, 'item'));
      copy.add(this.visit(item, depth + 1));
    }
    return copy;
  }

  private error(value: Error, depth: number): Error {
    const parts = takeErrorApart(value);
    this.bytes += 2 * (parts.message.length + parts.name.length + (parts.stack?.length ?? 0));
    return putErrorTogether({ ...parts, data: this.fields(parts.data, depth) });
  }

  private leaf(kind: LeafKind, value: object, depth: number): object {
    const view = ArrayBuffer.isView(value);
    if (view && types.isSharedArrayBuffer(value.buffer)) this.trail.refuse(depth, 'a view of shared memory');
    this.bytes += leafBytes(kind, value);
    // Before the bytes are copied, not after.
    this.checkWeight(depth);
    return this.reference && (view || kind === 'arrayBuffer') ? value : copyLeaf(kind, value);
  }

  private checkWeight(depth: number): void {
    if (this.bytes > MAX_BYTES) this.trail.refuse(depth, 'larger than 512 MiB in all');
  }
}
