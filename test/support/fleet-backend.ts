import { CacheBackend, type BackendItem } from '../../lib/contracts/backend.js';
import type { FleetView } from './fleet-keyspace.js';
import type { FleetLine } from './fleet-line.js';

/** The plain commands of one client, with every optional method a backend may have. Each is one step on the server. */
export class FleetBackend extends CacheBackend {
  override readonly name = 'fleet';
  override readonly gathers = 'all';

  constructor(
    private readonly line: FleetLine,
    private readonly view: FleetView,
  ) {
    super();
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.line.send('get', [key], () => this.view.read(key));
  }

  set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    const bytes = Uint8Array.from(value);
    return this.line.send('set', [key], () => this.view.write(key, bytes, ttlMs));
  }

  delete(key: string): Promise<boolean> {
    return this.line.send('delete', [key], () => this.view.remove(key));
  }

  override exists(key: string): Promise<boolean> {
    return this.line.send('exists', [key], () => this.view.read(key) !== undefined);
  }

  override ping(): Promise<void> {
    return this.line.send('ping', [], () => {});
  }

  override async *scan(prefix: string): AsyncIterable<string> {
    yield* await this.line.send('scan', [prefix], () => this.view.keys(prefix));
  }

  override getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const asked = [...keys];
    return this.line.send('getMany', asked, () => asked.map((key) => this.view.read(key)));
  }

  override setMany(entries: readonly BackendItem[]): Promise<void> {
    const items = structuredClone(entries);
    const keys = items.map(({ key }) => key);
    return this.line.send('setMany', keys, () => {
      for (const { key, value, ttlMs } of items) this.view.write(key, value, ttlMs);
    });
  }

  override deleteMany(keys: readonly string[]): Promise<number> {
    const doomed = [...keys];
    return this.line.send('deleteMany', doomed, () => doomed.filter((key) => this.view.remove(key)).length);
  }

  override add(key: string, value: Uint8Array, ttlMs?: number): Promise<boolean> {
    const bytes = Uint8Array.from(value);
    return this.line.send('add', [key], () => {
      if (this.view.peek(key)) return false;
      this.view.write(key, bytes, ttlMs);
      return true;
    });
  }

  override touch(key: string, ttlMs: number): Promise<void> {
    return this.line.send('touch', [key], () => {
      this.view.lengthen(key, ttlMs);
      this.view.reread(key);
    });
  }

  override patch(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const given = Uint8Array.from(bytes);
    const wanted = Uint8Array.from(expected);
    return this.line.send('patch', [key], () => this.view.overwrite(key, offset, given, wanted));
  }
}
