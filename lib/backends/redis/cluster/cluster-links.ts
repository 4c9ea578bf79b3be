import { Buffer } from 'node:buffer';
import type { ClusterNodes } from './cluster-nodes.js';
import { ClusterScan } from './cluster-scan.js';
import { slotOf } from './key-slot.js';
import type { Argument, Links, Placed } from '../links.js';
import { allOf, failure, grouped, runScript, slices, type Caller } from '../redis-links.js';
import type { Script } from '../scripts.js';

/** The data connections to all masters of a cluster. ioredis knows the way of each command by its first key. */
export class ClusterLinks implements Links {
  /** The scripts that were sent in full to a node, so that it should know them. */
  readonly #sent = new Map<string, Set<string>>();

  /** A command may be about keys of one slot, not of one node. */
  readonly lanes = (key: string): number => this.slotOf(key);

  constructor(readonly nodes: ClusterNodes) {}

  get keyPrefix(): string {
    return this.nodes.cluster.options.keyPrefix ?? '';
  }

  slotOf(key: string): number {
    return slotOf(this.keyPrefix + key);
  }

  async send(_key: string, command: string, ...args: Argument[]): Promise<unknown> {
    const waiting = this.nodes.whenBegun();
    if (waiting) await waiting;
    try {
      return await this.#call(command, args);
    } catch (error) {
      throw failure(command, error);
    }
  }

  async run(script: Script, keys: readonly string[], args: () => readonly Argument[]): Promise<unknown> {
    const waiting = this.nodes.whenBegun();
    if (waiting) await waiting;
    // The first time in full, as over a connection to one server. Whoever takes the slot over is sent it when it asks.
    const isNew = this.#isNew(this.nodes.ownerOf(this.slotOf(keys[0]!)), script);
    const call: Caller = (name, ...rest) => this.#call(name, rest);
    return runScript(call, isNew ? 'EVAL' : 'EVALSHA', script, [keys.length, ...keys, ...args()]);
  }

  /** A command may be about keys of one slot, not of one node. */
  async spread<T, R>(
    items: readonly T[],
    limit: number,
    keyOf: (item: T) => string,
    work: (slice: readonly Placed<T>[]) => Promise<R>,
  ): Promise<R[]> {
    const groups = grouped(items, (item) => this.slotOf(keyOf(item)));
    return allOf(slices(groups, limit).map(work));
  }

  async *scan(match: string, count: number): AsyncIterable<readonly Buffer[]> {
    const waiting = this.nodes.whenBegun();
    if (waiting) await waiting;
    try {
      yield* new ClusterScan(this.nodes, match, count).batches();
    } catch (error) {
      throw failure('SCAN', error);
    }
  }

  async ping(): Promise<void> {
    const waiting = this.nodes.whenBegun();
    if (waiting) await waiting;
    try {
      await Promise.all(this.nodes.masters().map(({ client }) => client.ping()));
    } catch (error) {
      throw failure('PING', error);
    }
  }

  /** In small letters: earlier versions of ioredis 5 do not find the keys of a command that is spelled otherwise. */
  #call(command: string, args: readonly Argument[]): Promise<unknown> {
    return this.nodes.cluster.callBuffer(command.toLowerCase(), ...args);
  }

  #isNew(node: string | undefined, script: Script): boolean {
    if (node === undefined) return true;
    const sent = this.#sent.get(node) ?? new Set();
    this.#sent.set(node, sent);
    if (sent.has(script.sha)) return false;
    sent.add(script.sha);
    return true;
  }
}
