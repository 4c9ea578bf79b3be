import type { Buffer } from 'node:buffer';
import type { Script } from './scripts.js';

export type Argument = string | Buffer | number;

/** One of several items, with its place among all of them. */
export interface Placed<T> {
  readonly item: T;
  readonly index: number;
}

/** Where messages can be published. */
export interface Publisher {
  /** @param message made in the same turn in which it is handed to the client, as the arguments of `Links.run`. */
  publish(channel: string, message: () => string): Promise<void>;
}

/** The data connections of one cache, whatever they lead to: a server, or all masters of a cluster. */
export interface Links {
  /** A client of the user's may put a prefix before every key; it does so to commands, but not to what is answered. */
  readonly keyPrefix: string;
  /** What the keys of one command have in common: `'all'` where there is but one connection. */
  readonly lanes: 'all' | ((key: string) => unknown);
  /** @param key what decides where the command goes. */
  send(key: string, command: string, ...args: Argument[]): Promise<unknown>;
  /**
   * Runs the script where its first key is; on a cluster all of the keys are of one slot.
   *
   * @param args called once, in the same turn in which the command is handed to the client: what it numbers there leaves
   * in the order of the numbers.
   */
  run(script: Script, keys: readonly string[], args: () => readonly Argument[]): Promise<unknown>;
  /**
   * Hands the items out in slices of at most `limit`, each of which one command can be about. Settles when all have; then
   * the first failure is thrown.
   */
  spread<T, R>(
    items: readonly T[],
    limit: number,
    keyOf: (item: T) => string,
    work: (slice: readonly Placed<T>[]) => Promise<R>,
  ): Promise<R[]>;
  /** All keys that match, on every server, in the batches in which they are found. */
  scan(match: string, count: number): AsyncIterable<readonly Buffer[]>;
  /** Resolves when every server has answered. */
  ping(): Promise<void>;
}
