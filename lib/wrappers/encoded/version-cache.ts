import { LRUCache } from 'lru-cache';
import type { InvalidationBus } from '../../contracts/invalidation-bus.js';
import { Markers, type Marker } from '../coherence/markers.js';
import type { ScopeRecord } from './version-record.js';

/** A scope's record, or a tag's version. */
export type Version = ScopeRecord | string;

/** How many versions a process keeps at hand. One that is forgotten costs its next reader a longer look. */
const MAX_VERSIONS = 100_000;

/** Versions that are on their way from the backend. */
export interface VersionReading {
  /** Keeps what was read, unless it was changed meanwhile. */
  settle(versions: readonly (Version | undefined)[]): void;
  /** To be called whatever came of it. */
  end(): void;
}

/**
 * Versions of tags and scopes that this process has read, for as long as it hears of every change of them: a read is then
 * one round trip, and an entry in the process can be vouched for.
 */
export class VersionCache {
  /** Another one as soon as a version that was at hand is not any more, or is another. */
  epoch = 0;
  private readonly known = new LRUCache<string, Version>({ max: MAX_VERSIONS, dispose: () => void this.epoch++ });
  private readonly markers = new Markers();
  private readonly stop: () => void;

  constructor(private readonly bus: InvalidationBus) {
    const forget = (): void => this.dropAll();
    this.stop = bus.listen({
      heard: (message) => {
        if (message.kind === 'everything') forget();
        else if (message.kind === 'keys') this.drop(message.keys);
      },
      lost: forget,
      back: forget,
    });
  }

  get connected(): boolean {
    return this.bus.connected;
  }

  /** By wire key; `undefined`: not known, or nobody would say that it has changed. */
  get(key: string): Version | undefined {
    return this.bus.connected ? this.known.get(key) : undefined;
  }

  /** To be called before the question is sent. */
  begin(keys: readonly string[]): VersionReading {
    const markers: Marker[] = keys.map((key) => this.markers.place(key));
    return {
      settle: (versions) => {
        markers.forEach((marker, index) => {
          const version = versions[index];
          if (version !== undefined && marker.stands && this.bus.connected) this.known.set(marker.id, version);
        });
      },
      end: () => {
        for (const marker of markers) this.markers.lift(marker);
      },
    };
  }

  /**
   * For this process's own changes, when they are sent and again when they are done. The interleaving that the second
   * time prevents: the change is sent; a read overtakes it on another connection; its answer is kept here; the change is
   * done, and nobody tells a process of its own changes.
   */
  drop(keys: readonly string[]): void {
    for (const key of keys) {
      this.markers.fell(key);
      this.known.delete(key);
    }
  }

  close(): void {
    this.stop();
    this.dropAll();
  }

  private dropAll(): void {
    this.markers.fellAll();
    this.known.clear();
  }
}
