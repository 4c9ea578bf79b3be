import type { Cluster, Redis } from 'ioredis';
import type { Clock, Timer } from '../../../contracts/clock.js';
import { CacheBackendError } from '../../../support/errors.js';

export interface ClusterNode {
  /** `host:port`. */
  readonly key: string;
  readonly client: Redis;
}

/** How often the cluster is asked for its masters while one of them is missing, in milliseconds. */
const REFRESH_DELAY = 200;
const EVENTS = ['+node', 'ready', 'close', 'end'] as const;
const ON_ITS_WAY = ['wait', 'connecting', 'connect'];

/**
 * The masters of a cluster, as its client knows them, and whether each can be talked to. ioredis looks for new masters only
 * when a command was sent to an old one; whoever sends nothing while a master is missing would never learn of the next.
 */
export class ClusterNodes {
  readonly #listeners = new Set<() => void>();
  readonly #watched = new Set<Redis>();
  #masters = new Set<string>();
  #ready = false;
  /** Whether every master that was found at first could be talked to, or could not. */
  #begun = false;
  #begin: Promise<void> | undefined;
  #refresh: Timer | undefined;
  #closed = false;

  constructor(
    readonly cluster: Cluster,
    private readonly clock: Clock,
  ) {
    for (const event of EVENTS) cluster.on(event, this.#changed);
    cluster.on('-node', this.#gone).on('refresh', this.#refreshed);
    this.#refreshed();
  }

  /** Every known master can be talked to. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Called whenever `ready` may have changed, in the event that did it. Returns the unsubscribe function. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Who serves a slot, by the client's own table. */
  ownerOf(slot: number): string | undefined {
    return this.cluster.slots[slot]?.[0];
  }

  /** The master of that name, if it can be talked to. */
  readyMaster(key: string): ClusterNode | undefined {
    const client = this.#clientOf(key);
    return client?.status === 'ready' ? { key, client } : undefined;
  }

  /** All masters. @throws CacheBackendError when one of them cannot be talked to: then nobody can speak for all. */
  masters(): readonly ClusterNode[] {
    if (this.cluster.status !== 'ready' || this.#masters.size === 0) throw missing(this.cluster.status);
    return [...this.#masters].map((key) => {
      const master = this.readyMaster(key);
      if (!master) throw missing(`no connection to ${key}`);
      return master;
    });
  }

  /** Nodes that can be talked to, masters first. */
  reachable(): readonly ClusterNode[] {
    const all = this.cluster.nodes('all').map((client) => ({ key: keyOf(client), client }));
    const ready = all.filter(({ client }) => client.status === 'ready');
    return [
      ...ready.filter(({ key }) => this.#masters.has(key)),
      ...ready.filter(({ key }) => !this.#masters.has(key)),
    ];
  }

  /** Resolves when commands can be sent for the first time; later each finds out for itself whether it can. */
  whenBegun(): Promise<void> | undefined {
    if (this.#begun) return undefined;
    const { cluster } = this;
    if (cluster.status === 'wait') cluster.connect().catch(() => {});
    else if (!['connecting', 'connect', 'ready'].includes(cluster.status))
      return Promise.reject(missing(cluster.status));
    this.#begin ??= new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        if (this.#begun) resolve();
        else if (['close', 'reconnecting', 'end'].includes(cluster.status)) reject(missing(cluster.status));
        else return;
        unwatch();
        this.#begin = undefined;
      };
      const unwatch = this.watch(settle);
    });
    return this.#begin;
  }

  close(): void {
    this.#closed = true;
    this.#refresh?.cancel();
    this.#listeners.clear();
    for (const event of EVENTS) this.cluster.off(event, this.#changed);
    this.cluster.off('-node', this.#gone).off('refresh', this.#refreshed);
    for (const client of this.#watched) this.#unattend(client);
  }

  readonly #refreshed = (): void => {
    const masters = new Set<string>();
    for (const keys of this.cluster.slots) if (keys?.[0] !== undefined) masters.add(keys[0]);
    this.#masters = masters;
    this.#changed();
  };

  readonly #gone = (client: Redis): void => {
    this.#unattend(client);
    this.#changed();
  };

  readonly #changed = (): void => {
    if (this.#closed) return;
    for (const client of this.cluster.nodes('all')) this.#attend(client);
    const clients = [...this.#masters].map((key) => this.#clientOf(key));
    const known = this.cluster.status === 'ready' && clients.length > 0;
    this.#ready = known && clients.every((client) => client?.status === 'ready');
    this.#begun ||= known && clients.every((client) => client === undefined || !ON_ITS_WAY.includes(client.status));
    for (const listener of [...this.#listeners]) listener();
    if (!this.#ready) this.#refreshLater();
  };

  #attend(client: Redis): void {
    // ioredis connects to a node with the first command for it, which would have to wait.
    if (client.status === 'wait' && !client.options.readOnly) client.connect().catch(() => {});
    if (this.#watched.has(client)) return;
    this.#watched.add(client);
    client.on('ready', this.#changed).on('close', this.#changed);
  }

  #unattend(client: Redis): void {
    this.#watched.delete(client);
    client.off('ready', this.#changed).off('close', this.#changed);
  }

  #refreshLater(): void {
    if (this.#refresh || this.#closed) return;
    this.#refresh = this.clock.setTimeout(() => {
      this.#refresh = undefined;
      if (this.#closed || this.#ready) return;
      if (this.cluster.status === 'ready') this.cluster.refreshSlotsCache();
      this.#refreshLater();
    }, REFRESH_DELAY);
  }

  #clientOf(key: string): Redis | undefined {
    return this.cluster.nodes('all').find((client) => keyOf(client) === key);
  }
}

function keyOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}

function missing(what: string): CacheBackendError {
  return new CacheBackendError(`Redis Cluster is not connected (${what}).`);
}
