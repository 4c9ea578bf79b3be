import type { Adapter } from './keyv-like.js';
import type { ErrorSource } from './reported-errors.js';

/** The way to a store of texts. Methods throw, or leave it at an `error` event: `ReportedErrors` hears of that. */
export interface Door {
  readonly adapter: Adapter;
  /** Who reports errors. */
  readonly sources: readonly ErrorSource[];
  /** `undefined`: absent, or past its end. Anything but a text was not written here. */
  read(key: string): Promise<unknown>;
  /** Absent where the store would be asked for one after the other. */
  readonly readMany?: (keys: string[]) => Promise<unknown>;
  /** `false`: it was not stored. `ttlMs`: a whole number above 0; `undefined`: no end. */
  write(key: string, text: string, ttlMs: number | undefined): Promise<unknown>;
  /** `true`: it was there. Anything else: it was not, or nobody knows, or it could not be removed. */
  remove(key: string): Promise<unknown>;
  disconnect(): Promise<void>;
}
