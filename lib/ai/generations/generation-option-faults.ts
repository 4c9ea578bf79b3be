import { elsewhere, fieldFaults, isGroup } from '../../config/option-faults.js';
import { kindOf, shownName } from '../../config/shown-value.js';
import { suggestion } from '../../config/suggestion.js';
import { faultsIn, validateOptions } from '../../config/validate-options.js';
import { CacheConfigError, type ConfigFault } from '../../support/errors.js';
import { cacheOptionsOf, placeOf } from './generation-place.js';
import type { GenerationCacheOptions } from './generation-cache-options.js';
import { GenerationCacheFields } from './generation-cache.fields.js';

/** Said once, in either unit. */
const UNITS = [
  ['maxBytes', 'maxSizeMb'],
  ['ttl', 'ttlHours'],
] as const;
/** What stands outside `cache`, under the same name or another. */
const BESIDE: Readonly<Record<string, string>> = {
  name: 'name',
  isGlobal: 'isGlobal',
  ttl: 'ttl',
  disk: 'directory',
};
const OF_PLACE = ['directory', 'maxBytes', 'maxSizeMb', 'eviction'] as const;

/** The options, the very object that was given. @throws CacheConfigError that lists every fault by its path. */
export function validateGenerationOptions(options: unknown): GenerationCacheOptions {
  const faults = generationFaultsIn(options);
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options as GenerationCacheOptions;
}

/** As `validateGenerationOptions`, of those that make a cache: they say where it is. @throws CacheConfigError */
export function validatePlacedOptions(options: unknown): GenerationCacheOptions {
  const faults = generationFaultsIn(options);
  if (isGroup(options) && faults.every(({ path }) => !/^(?:cache|directory)\b/.test(path))) {
    faults.push(...placeFaults(options).filter(({ path }) => faults.every((known) => known.path !== path)));
  }
  if (faults.length === 0) faults.push(...incompleteFaults(options as GenerationCacheOptions));
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options as GenerationCacheOptions;
}

/** The cache as it will be made. */
function incompleteFaults(options: GenerationCacheOptions): ConfigFault[] {
  try {
    validateOptions(cacheOptionsOf(options));
    return [];
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    return error.faults.map(({ path, message }) => ({ path: sourceOf(path, options), message }));
  }
}

/** By which name an option of the cache below was given. */
function sourceOf(path: string, options: GenerationCacheOptions): string {
  const name = path === 'ttl' ? path : /^(?:disk|memory)\.(directory|maxBytes|eviction)$/.exec(path)?.[1];
  const names = UNITS.find(([first]) => first === name) ?? [name];
  return names.find((each) => each !== undefined && Reflect.get(options, each) !== undefined) ?? `cache.${path}`;
}

function generationFaultsIn(options: unknown): ConfigFault[] {
  if (!isGroup(options)) {
    const hint = options === undefined ? ' Does the factory return them?' : '';
    return [{ path: 'options', message: `must be an object; got ${kindOf(options)}.${hint}` }];
  }
  return [
    ...unknownFaults(options),
    ...fieldFaults(GenerationCacheFields, options, ''),
    ...unitFaults(options),
    ...cacheFaults(Reflect.get(options, 'cache')),
  ];
}

function unknownFaults(options: object): ConfigFault[] {
  const known = Object.keys(new GenerationCacheFields());
  return Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const below = elsewhere(name);
      const meant = suggestion(name, known) ?? (below === undefined ? undefined : `cache.${below}`);
      const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
      return { path: shownName(name), message: `is no option.${hint}` };
    });
}

function unitFaults(options: GenerationCacheOptions): ConfigFault[] {
  return UNITS.filter((names) => names.every((name) => options[name] !== undefined)).map(([first, second]) => ({
    path: second,
    message: `cannot stand beside \`${first}\`, which says the same in another unit: give one of them.`,
  }));
}

function cacheFaults(cache: unknown): ConfigFault[] {
  if (cache === undefined) return [];
  if (!isGroup(cache)) return [{ path: 'cache', message: `must be an object of options; got ${kindOf(cache)}.` }];
  const misplaced = Object.keys(BESIDE).filter((name) => Reflect.get(cache, name) !== undefined);
  return [
    ...misplaced.map((name) => ({
      path: `cache.${name}`,
      message: `must stand beside \`cache\`, as \`${BESIDE[name]}\`.`,
    })),
    // The directory, which the backend on disk needs, stands outside.
    ...faultsIn(Reflect.get(cache, 'backend') === 'disk' ? { ...cache, backend: undefined } : cache)
      .map(({ path, message }) => ({ path: `cache.${path}`, message }))
      .filter(({ path }) => !misplaced.some((name) => path === `cache.${name}` || path.startsWith(`cache.${name}.`))),
  ];
}

function placeFaults(options: GenerationCacheOptions): ConfigFault[] {
  const place = placeOf(options);
  if (place === 'disk') {
    if (options.directory !== undefined) return [];
    return [
      { path: 'directory', message: 'is missing: results are kept there, unless `cache.backend` says otherwise.' },
    ];
  }
  const misplaced = OF_PLACE.filter((name) => options[name] !== undefined);
  return misplaced
    .filter((name) => place === 'elsewhere' || name === 'directory')
    .map((name) => ({ path: name, message: 'is for results on disk, and `cache` keeps them elsewhere.' }));
}
