import { ModelCache, type ModelCacheOptions, type ModelEventType } from 'nestjs-cached/ai';
import { FakeClock } from 'nestjs-cached/testing';

/** A live object that tells when it has been disposed of. */
export class Engine {
  isDisposed = false;

  constructor(readonly name: string) {}

  dispose(): void {
    this.isDisposed = true;
  }
}

const EVENTS: readonly ModelEventType[] = ['load', 'loadError', 'evicted', 'disposed', 'exceeded', 'error'];

/** A cache on a clock that stands still, with all that has happened to it. */
export class Scene {
  readonly clock = new FakeClock();
  readonly models: ModelCache;
  /** Such as `load a`, and of a disposal the reason. */
  readonly log: string[] = [];
  readonly made: Engine[] = [];

  /** Without a grace, unless one is given: what is not in use goes at once. */
  constructor(options: ModelCacheOptions = {}) {
    this.models = new ModelCache({ clock: this.clock, grace: 0, ...options });
    for (const type of EVENTS) {
      this.models.on(type, (event) => {
        const { key = '', reason = '', error = '' } = event as { key?: string; reason?: string; error?: unknown };
        this.log.push([type, key, reason, error === '' ? '' : String(error)].filter((word) => word !== '').join(' '));
      });
    }
  }

  /** A loader that counts what it makes. */
  readonly make = ({ key }: { key: string }): Engine => {
    const engine = new Engine(key);
    this.made.push(engine);
    return engine;
  };

  get(key: string): Promise<Engine> {
    return this.models.getModel(key, this.make);
  }
}
