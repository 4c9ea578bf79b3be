import { isGroup } from '../../config/option-faults.js';
import { kindOf, shownName, shownValue } from '../../config/shown-value.js';
import { suggestion } from '../../config/suggestion.js';
import type { ConfigFault } from '../../support/errors.js';
import type { AiCacheOptions } from './ai-cache-options.js';
import { aiFaultsIn } from './ai-option-faults.js';

/** What became of the flat options of an older cache. */
export interface MappedLegacyOptions {
  /** All that could be mapped, for `AiCacheModule.forRoot`. */
  readonly options: AiCacheOptions;
  /** The part of them that any cache has. */
  readonly generic: NonNullable<AiCacheOptions['cache']>;
  /** The part that only an AI cache has. */
  readonly ai: Omit<AiCacheOptions, 'cache'>;
  /** What is not known, contradicts something else, or cannot be meant; by the name that was given. */
  readonly faults: readonly ConfigFault[];
}

type Place = readonly [part: 'generic' | 'ai', path: string];

/** Where each of the old names belongs. */
const PLACES: Readonly<Record<string, Place>> = {
  redis_url: ['generic', 'redis.url'],
  default_ttl: ['generic', 'ttl'],
  memory_cache_size: ['generic', 'memory.maxEntries'],
  text_hash_threshold: ['ai', 'textHashThreshold'],
  compression_threshold: ['ai', 'compressionThreshold'],
  compression_level: ['ai', 'compressionLevel'],
  text_size_tiers: ['ai', 'sizeTiers'],
  operation_ttls: ['ai', 'operationTtls'],
};
const OLD_NAMES = Object.keys(PLACES);

/**
 * Takes the flat options of an older AI cache apart: those of any cache, and those of an AI cache. Its durations are seconds.
 * Options by their new names may stand among them, as `memory: { maxEntries }` or `'memory.maxEntries'`; one that is given by
 * both names, with two values, is a fault. Never throws.
 */
export function mapLegacyAiOptions(flat: Readonly<Record<string, unknown>>): MappedLegacyOptions {
  const parts = { generic: {} as Record<string, unknown>, ai: {} as Record<string, unknown> };
  const faults: ConfigFault[] = [];
  if (!isGroup(flat)) {
    faults.push({ path: 'options', message: `must be an object; got ${kindOf(flat)}.` });
    return { options: {}, ...parts, faults };
  }
  const sources = new Map<string, string>();
  const entries = Object.entries(flat).filter(([, value]) => value !== undefined);
  for (const [name, value] of entries) {
    const place = PLACES[Object.hasOwn(PLACES, name) ? name : ''];
    if (place === undefined) continue;
    const [part, path] = place;
    const fault = put(parts[part], path, inNewUnits(name, value));
    if (fault !== undefined) faults.push({ path: name, message: fault });
    sources.set(part === 'generic' ? `cache.${path}` : path, name);
  }
  for (const [name, value] of entries) {
    if (Object.hasOwn(PLACES, name)) continue;
    const fault = takeNewName(parts, sources, name, value);
    if (fault !== undefined) faults.push({ path: shownName(name), message: fault });
  }
  const options = { ...parts.ai, ...(Object.keys(parts.generic).length > 0 && { cache: parts.generic }) };
  const named = aiFaultsIn(options).map(({ path, message }) => ({ path: sourceOf(sources, path), message }));
  return { options, generic: parts.generic, ai: parts.ai, faults: [...faults, ...named] };
}

/** Seconds become milliseconds. What is no number is left as it is, for the checks to find. */
function inNewUnits(name: string, value: unknown): unknown {
  const inMs = (seconds: unknown): unknown => (typeof seconds === 'number' ? seconds * 1_000 : seconds);
  if (name === 'default_ttl') return inMs(value);
  if (name !== 'operation_ttls' || !isGroup(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([operation, ttl]) => [operation, inMs(ttl)]));
}

/** An option by its new name: of the AI cache, or of the cache below. What is wrong with it. */
function takeNewName(
  parts: Record<Place[0], Record<string, unknown>>,
  sources: ReadonlyMap<string, string>,
  name: string,
  value: unknown,
): string | undefined {
  const [group = ''] = name.split('.');
  const inAi = isKnown({ [group]: undefined });
  const inCache = isKnown({ cache: { [group]: undefined } });
  if (!inAi && !inCache) {
    const meant = suggestion(name, OLD_NAMES);
    return meant !== undefined && name.includes('_') ? `is no option. Did you mean \`${meant}\`?` : unknownText(name);
  }
  const part = inAi ? 'ai' : 'generic';
  for (const [path, member] of isGroup(value) && !name.includes('.')
    ? membersOf(name, value)
    : [[name, value] as const]) {
    const old = sources.get(part === 'generic' ? `cache.${path}` : path);
    if (old !== undefined && valueAt(parts[part], path) !== member) {
      return `contradicts \`${old}\`: \`${path}\` is ${shownValue(member)} here, and ${shownValue(valueAt(parts[part], path))} there. Give one of them.`;
    }
    const fault = put(parts[part], path, member);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function unknownText(name: string): string {
  const [fault] = aiFaultsIn({ [name]: null });
  return fault?.message ?? 'is no option.';
}

function isKnown(options: object): boolean {
  return aiFaultsIn(options).every(({ message }) => !message.startsWith('is no option'));
}

function membersOf(group: string, value: object): (readonly [string, unknown])[] {
  return Object.entries(value).map(([name, member]: [string, unknown]) => [`${group}.${name}`, member] as const);
}

function sourceOf(sources: ReadonlyMap<string, string>, path: string): string {
  const exact = sources.get(path);
  if (exact !== undefined) return exact;
  for (const [known, name] of sources) if (path.startsWith(`${known}.`)) return `${name}${path.slice(known.length)}`;
  return path.startsWith('cache.') ? path.slice('cache.'.length) : path;
}

function valueAt(options: Record<string, unknown>, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isGroup(at) ? Reflect.get(at, name) : undefined), options);
}

function put(options: Record<string, unknown>, path: string, value: unknown): string | undefined {
  const [group = '', member] = path.split('.');
  if (member === undefined) options[group] = value;
  else if (options[group] !== undefined && !isGroup(options[group])) return `\`${group}\` is no group of options.`;
  else options[group] = { ...options[group], [member]: value };
  return undefined;
}
