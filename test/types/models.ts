import {
  CachedInstance,
  ModelCache,
  ModelCacheModule,
  type ModelCacheOptions,
  type ModelCacheStats,
  type ModelContext,
  type ModelLease,
} from 'nestjs-cached/ai';

interface Engine {
  readonly name: string;
  stop(): Promise<void>;
}
declare function load(context: ModelContext): Promise<Engine>;

export async function kept(models: ModelCache): Promise<void> {
  const engine: Engine = await models.getModel('a', load);
  const also: Engine = await models.getModel('a', load, { idleTtl: '5m', dispose: ({ stop }) => stop(), size: '1mb' });
  const length: number = await models.use('a', load, ({ name }) => name.length);
  const later: string = await models.use('a', load, async ({ name }) => name, { size: ({ name }) => name.length });
  const lease: ModelLease<Engine> = await models.lease(
    'a',
    ({ key, signal }) => (signal.throwIfAborted(), { ...engine, key }),
  );
  const scoped: Disposable & AsyncDisposable = lease;
  models.setModel('b', engine, { dispose: false });
  const { instances, leased }: ModelCacheStats = models.getStats();
  const off: () => void = models.on('disposed', ({ key, reason, duration }) => key + reason + duration);
  off();
  return void [also, length, later, scoped, instances, leased, await models.delete('a'), models.has('a')];
}

export class Engines {
  @CachedInstance()
  async first(name: string): Promise<Engine> {
    return load({ key: name, signal: new AbortController().signal });
  }

  @CachedInstance({ key: (name) => name.length, dispose: (engine) => engine.stop(), idleTtl: '1h' })
  async second(name: string): Promise<Engine> {
    return this.first(name);
  }

  @CachedInstance()
  async generic<T>(value: T): Promise<T> {
    return value;
  }

  // @ts-expect-error an instance is waited for
  @CachedInstance()
  third(name: string): string {
    return name;
  }

  // @ts-expect-error the key is made of the method's arguments
  @CachedInstance({ key: (number: number) => number })
  async fourth(name: string): Promise<Engine> {
    return this.first(name);
  }

  // @ts-expect-error it disposes of what the method brings
  @CachedInstance({ dispose: (text: string) => void text.trim() })
  async fifth(name: string): Promise<Engine> {
    return this.first(name);
  }
}

const options: ModelCacheOptions = {
  maxInstances: 2,
  maxBytes: '4gb',
  whenFull: 'wait',
  sizeOf: (_, key) => key.length,
};
export const modules = [
  ModelCacheModule.forRoot({ ...options, isGlobal: false }),
  ModelCacheModule.forRootAsync({ inject: ['SETTINGS'], useFactory: (settings: ModelCacheOptions) => settings }),
];

export async function refused(models: ModelCache): Promise<void> {
  // @ts-expect-error no such policy
  const failing = new ModelCache({ whenFull: 'fail' });
  // @ts-expect-error no such event
  models.on('hit', () => undefined);
  // @ts-expect-error what is run is given the model
  await models.use('a', load, (text: string) => text);
  // @ts-expect-error a duration
  await models.getModel('a', load, { idleTtl: 'soon' });
  return void failing;
}
