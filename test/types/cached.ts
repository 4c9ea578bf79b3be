import { Readable } from 'node:stream';
import { of, type Observable } from 'rxjs';
import { CacheConfig, Cached, CacheEvict, CacheManager, CachePut, InjectCache } from 'nestjs-cached';

interface Document {
  readonly id: number;
  readonly title: string;
}

export class Documents {
  @Cached()
  async all(): Promise<Document[]> {
    return [];
  }

  @Cached({
    key: (id, language) => `${id.toFixed()}:${language.toUpperCase()}`,
    tags: (id) => [`document:${id.toFixed()}`],
    ttl: (document, id) => (document.title === '' ? id : '5m'),
    condition: (_id, language) => language !== '',
    unless: (document) => document.title.length === 0,
  })
  async find(id: number, language: string): Promise<Document> {
    return { id, title: language };
  }

  @Cached({ ttl: '10s', tags: ['all'], staleWhileRevalidate: '1m' })
  async echo<T>(value: T): Promise<T> {
    return value;
  }

  @Cached({ hydrate: (plain) => plain as Document })
  protected async hidden(id: number): Promise<Document> {
    return { id, title: '' };
  }

  // @ts-expect-error a plain value cannot be cached without changing what callers get
  @Cached()
  title(): string {
    return '';
  }

  // @ts-expect-error the key sees the method's own parameters: a number has no toUpperCase
  @Cached({ key: (id) => id.toUpperCase() })
  async wrongKey(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error `unless` sees the resolved value: a document has no `pages`
  @Cached({ unless: (document) => document.pages === 0 })
  async wrongValue(): Promise<Document> {
    return { id: 1, title: '' };
  }

  // @ts-expect-error a callback cannot ask for more than the method is given
  @Cached({ key: (id: number, language: string) => `${id}${language}` })
  async tooFew(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error the computed ttl sees the resolved value
  @Cached({ ttl: (document) => document.pages })
  async wrongTtl(): Promise<Document> {
    return { id: 1, title: '' };
  }

  // @ts-expect-error a condition says yes or no
  @Cached({ condition: (id) => id })
  async wrongCondition(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error tags are strings
  @Cached({ tags: (id) => [id] })
  async wrongTags(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error a hydrated value is what the method returns
  @Cached({ hydrate: (plain) => String(plain) })
  async wrongHydrate(): Promise<Document> {
    return { id: 1, title: '' };
  }

  // @ts-expect-error options are known by name
  @Cached({ timeToLive: '5m' })
  async unknownOption(): Promise<number> {
    return 1;
  }
}

export class Streams {
  @Cached({ unless: (items) => items.some((item) => item.toUpperCase() === ''), key: (id) => id.toFixed() })
  async *generated(id: number): AsyncGenerator<string> {
    yield id.toFixed();
  }

  @Cached({ ttl: (items) => items.length })
  observed(): Observable<number> {
    return of(1);
  }

  @Cached({ stream: 'iterable', ttl: (items) => items[0]?.length ?? 0 })
  async promised(): Promise<AsyncIterable<string>> {
    return this.generated(1);
  }

  @Cached()
  readable(): ReadableStream<string> {
    return new ReadableStream();
  }

  @Cached()
  node(): Readable {
    return Readable.from([]);
  }

  // @ts-expect-error `unless` sees all items of the stream
  @Cached({ unless: (item) => item.toUpperCase() === '' })
  async *wrongItems(): AsyncGenerator<string> {
    yield '';
  }

  // @ts-expect-error there are four kinds of stream
  @Cached({ stream: 'iterator' })
  async *wrongKind(): AsyncGenerator<string> {
    yield '';
  }
}

export async function streamed(cache: CacheManager): Promise<string[]> {
  const items: string[] = [];
  for await (const item of cache.getOrSetStream('k', () => of('a'))) items.push(item);
  for await (const item of cache.getOrSetStream<string>('k', async ({ signal }) => fetched(signal))) items.push(item);
  return items;
}

declare function fetched(signal: AbortSignal): ReadableStream<string>;

@CacheConfig({ keyPrefix: 'document', ttl: '5m', tags: ['documents'], cache: 'reports' })
export class Writer {
  @InjectCache('reports')
  private readonly cache!: CacheManager;

  constructor(@InjectCache() readonly main: CacheManager) {}

  @CachePut({ resultKey: (document) => document.id.toFixed(), ttl: (document, title) => document.id + title.length })
  async create(title: string): Promise<Document> {
    return { id: (await this.cache.get<number>('id')) ?? 1, title };
  }

  @CachePut({ key: (id) => id.toFixed(), unless: (document) => document.title === '' })
  protected async rename<T extends string>(id: number, title: T): Promise<Document & { title: T }> {
    return { id, title };
  }

  @CacheEvict({ key: (id) => id.toFixed(), tags: (_id, title) => [title.toUpperCase()] })
  async remove(id: number, title: string): Promise<string> {
    return `${id}${title}`;
  }

  @CacheEvict({ allEntries: true, after: async (count, id) => void (count.toFixed() + id.toFixed()) })
  removeNow(id: number): number {
    return id;
  }

  @CacheEvict({ pattern: (id) => `${id.toFixed()}*`, tenant: (id) => id.toFixed(), condition: (id) => id > 0 })
  private async hidden<T>(id: number, value: T): Promise<T> {
    return (await this.remove(id, '')) === '' ? value : this.hidden(id, value);
  }

  // @ts-expect-error a plain value cannot be stored without changing what callers get
  @CachePut({ key: (id) => id.toFixed() })
  plain(id: number): number {
    return id;
  }

  // @ts-expect-error `resultKey` sees the resolved value: a document has no `pages`
  @CachePut({ resultKey: (document) => document.pages })
  async wrongResult(): Promise<Document> {
    return { id: 1, title: '' };
  }

  // @ts-expect-error what was put in by hand is never hydrated
  @CachePut({ hydrate: (plain) => plain as Document })
  async noHydration(): Promise<Document> {
    return { id: 1, title: '' };
  }

  // @ts-expect-error the tags see the method's own parameters
  @CacheEvict({ tags: (id) => [id.toUpperCase()] })
  async wrongTags(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error `after` sees what the method's promise resolves to
  @CacheEvict({ allEntries: true, after: async (value) => value.toUpperCase() })
  async wrongAfter(id: number): Promise<number> {
    return id;
  }
}

export async function manager(cache: CacheManager): Promise<void> {
  const found: Document | undefined = await cache.get<Document>('key');
  const loaded: number = await cache.getOrSet('key', () => 1, '5m');
  const later: string = await cache.getOrSet('key', async ({ key, signal }) => (signal.aborted ? '' : key));
  const many: Map<string, Document> = await cache.getMany<Document>(['a', 'b']);
  const stored: boolean = await cache.set('key', { found, loaded, later, many }, { ttl: '1h', tags: ['a'] });
  const removed: number = await cache.invalidate('user:*');
  const off: () => void = cache.on('hit', (event) => event.key);
  off();

  // @ts-expect-error absence is a result of its own
  const missing: Document = await cache.get<Document>('key');
  // @ts-expect-error the loader's value is the call's value
  const wrong: string = await cache.getOrSet('key', () => 1);
  // @ts-expect-error no such event
  cache.on('hits', () => undefined);
  return void [stored, removed, missing, wrong];
}
