import { OptionsResolver } from '../../core/call-options.js';
import { CacheUsageError } from '../../support/errors.js';
import { STREAM_KINDS } from './returned.js';

const CALLBACKS = ['key', 'resultKey', 'tenant', 'condition', 'unless', 'hydrate', 'after'] as const;
const TEXTS = ['keyPrefix', 'cache', 'operation'] as const;
const DURATIONS = ['ttl', 'staleWhileRevalidate', 'staleIfError', 'softTimeout', 'hardTimeout', 'nullTtl'] as const;

type Checked = { readonly [name in (typeof CALLBACKS)[number] | (typeof TEXTS)[number]]?: unknown } & {
  readonly [name in (typeof DURATIONS)[number]]?: unknown;
} & { readonly tags?: unknown; readonly pattern?: unknown; readonly stream?: unknown };

/** Knows what a call may say; which defaults it fills in does not matter here. */
const resolver = new OptionsResolver(
  {
    ttl: 0,
    staleWhileRevalidate: 0,
    staleIfError: 0,
    refreshAhead: 0,
    softTimeout: undefined,
    hardTimeout: undefined,
    jitter: 0,
    nullTtl: undefined,
  },
  { next: () => 0, id: () => '' },
);

/**
 * What can be known to be wrong before the first call is said when the class is declared: found later, it would be one
 * more reason why a method quietly runs uncached.
 *
 * @throws CacheUsageError naming the decorator's place and the option.
 */
export function checkOptions(where: string, options: object): void {
  const checked = options as Checked;
  for (const name of CALLBACKS) demand(where, name, checked[name], 'function');
  for (const name of TEXTS) {
    demand(where, name, checked[name], 'string');
    if (checked[name] === '') throw new CacheUsageError(`${where}: ${name} is empty. Leave it out, or give it a name.`);
  }
  checkStream(where, checked);
  const { pattern, tags, ttl } = checked;
  if (pattern !== undefined && typeof pattern !== 'function') demand(where, 'pattern', pattern, 'string');
  try {
    resolver.resolve({
      ...checked,
      ttl: typeof ttl === 'function' ? undefined : ttl,
      tags: typeof tags === 'function' ? undefined : tags,
    } as Parameters<typeof resolver.resolve>[0]);
  } catch (error) {
    throw new CacheUsageError(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

function checkStream(where: string, { stream, hydrate }: Checked): void {
  if (stream === undefined) return;
  if (!(STREAM_KINDS as readonly unknown[]).includes(stream)) {
    throw new CacheUsageError(`${where}: stream is ${JSON.stringify(stream)}. Give one of ${STREAM_KINDS.join(', ')}.`);
  }
  if (hydrate !== undefined) {
    throw new CacheUsageError(
      `${where}: hydrate is for values. The items of a stream come out of the cache as they are.`,
    );
  }
}

/** `@Cached on Documents.find`, for errors. */
export function placeName(decorator: string, target: object, property: string | symbol): string {
  const { name } = (typeof target === 'function' ? target : target.constructor) as { name: string };
  return `@${decorator} on ${name}.${String(property)}`;
}

/**
 * @throws CacheUsageError for what is no method of an instance. A static method belongs to no application, so there is
 *   no telling whose cache it should use.
 */
export function checkTarget(decorator: string, target: unknown, property: unknown, descriptor: unknown): void {
  if (typeof property === 'object' && property !== null) {
    throw new CacheUsageError(`@${decorator} needs "experimentalDecorators": true in tsconfig.json, as Nest does.`);
  }
  const where = placeName(decorator, target as object, property as string | symbol);
  if (typeof (descriptor as PropertyDescriptor | undefined)?.value !== 'function') {
    throw new CacheUsageError(`${where}: it can only stand before a method.`);
  }
  if (typeof target === 'function') {
    throw new CacheUsageError(
      `${where}: a static method belongs to no application and has no cache. Make it a method of a provider, or inject the CacheManager where it is called.`,
    );
  }
}

function demand(where: string, name: string, value: unknown, type: 'function' | 'string'): void {
  if (value === undefined || typeof value === type) return;
  const remedy =
    name === 'key' ? ". Give a function of the method's arguments, such as () => 'the-key'" : `, not a ${type}`;
  throw new CacheUsageError(`${where}: ${name} is of type ${typeof value}${remedy}.`);
}
