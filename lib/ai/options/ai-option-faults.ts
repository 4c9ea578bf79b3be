import { elsewhere, fieldFaults, isGroup, operationFaults, type FieldsClass } from '../../config/option-faults.js';
import { kindOf, shownName } from '../../config/shown-value.js';
import { suggestion } from '../../config/suggestion.js';
import { faultsIn, validateOptions } from '../../config/validate-options.js';
import type { CacheModuleOptions } from '../../contracts/options.js';
import { CacheConfigError, type ConfigFault } from '../../support/errors.js';
import type { SizeTiers } from '../keys/size-tier.js';
import type { AiCacheOptions } from './ai-cache-options.js';
import { AiCacheFields, AiTenantFields, SizeTierFields } from './ai-cache.fields.js';
import { sizeTiersOf } from './ai-defaults.js';
import { cacheOptionsOf } from './cache-options-of.js';

const GROUPS: Readonly<Record<string, FieldsClass>> = { sizeTiers: SizeTierFields, tenant: AiTenantFields };

/** The options, the very object that was given. @throws CacheConfigError that lists every fault by its path. */
export function validateAiOptions(options: unknown): AiCacheOptions {
  const faults = aiFaultsIn(options);
  if (faults.length === 0) faults.push(...incompleteFaults(options as AiCacheOptions));
  if (faults.length > 0) throw new CacheConfigError(faults);
  return options as AiCacheOptions;
}

/** What is wrong with options that another source may still complete, such as those of a file. */
export function aiFaultsIn(options: unknown): ConfigFault[] {
  if (!isGroup(options)) {
    const hint = options === undefined ? ' Does the factory return them?' : '';
    return [{ path: 'options', message: `must be an object; got ${kindOf(options)}.${hint}` }];
  }
  const each = [
    ...groupFaults(AiCacheFields, options, ''),
    ...Object.entries(GROUPS).flatMap(([name, Fields]) => namedFaults(Fields, Reflect.get(options, name), name)),
    ...operationFaults(Reflect.get(options, 'operationTtls'), 'operationTtls'),
    ...cacheFaults(Reflect.get(options, 'cache')),
  ];
  return each.length > 0 ? each : combinationFaults(options);
}

function groupFaults(Fields: FieldsClass, group: object, prefix: string): ConfigFault[] {
  const known = Object.keys(new Fields());
  const unknown = Object.keys(group).filter((name) => !known.includes(name));
  return [
    ...unknown.map((name) => {
      const meant = suggestion(name, known);
      const below = elsewhere(name);
      const full = meant === undefined ? below && `cache.${below}` : prefix + meant;
      const hint = full === undefined ? '' : ` Did you mean \`${full}\`?`;
      return { path: prefix + shownName(name), message: `is no option.${hint}` };
    }),
    ...fieldFaults(Fields, group, prefix),
  ];
}

function namedFaults(Fields: FieldsClass, group: unknown, name: string): ConfigFault[] {
  if (group === undefined) return [];
  if (!isGroup(group)) return [{ path: name, message: `must be an object of options; got ${kindOf(group)}.` }];
  return groupFaults(Fields, group, `${name}.`);
}

const BESIDE = ['name', 'isGlobal'] as const;

function cacheFaults(cache: unknown): ConfigFault[] {
  if (cache === undefined) return [];
  if (!isGroup(cache)) return [{ path: 'cache', message: `must be an object of options; got ${kindOf(cache)}.` }];
  const misplaced = BESIDE.filter((name) => Reflect.get(cache, name) !== undefined);
  return [
    ...misplaced.map((name) => ({ path: `cache.${name}`, message: `must stand beside \`cache\`, as \`${name}\`.` })),
    ...faultsIn(cache).map(underCache),
  ];
}

function underCache({ path, message }: ConfigFault): ConfigFault {
  return { path: `cache.${path}`, message };
}

/** Options that are right each, and cannot hold together. */
function combinationFaults(options: AiCacheOptions): ConfigFault[] {
  return [...orderFaults(sizeTiersOf(options.sizeTiers)), ...compressionFaults(options)];
}

function orderFaults({ small, medium, large }: SizeTiers): ConfigFault[] {
  if (small <= medium && medium <= large) return [];
  const message = `must not fall from small to medium to large; they are ${small}, ${medium} and ${large}.`;
  return [{ path: 'sizeTiers', message }];
}

/** What is said twice would leave one of the two without effect. */
function compressionFaults(options: AiCacheOptions): ConfigFault[] {
  const { compression } = options.cache ?? {};
  if (compression === undefined) return [];
  const pairs = [
    ['compressionThreshold', 'threshold'],
    ['compressionLevel', 'level'],
  ] as const;
  return pairs
    .filter(
      ([name, member]) => options[name] !== undefined && (compression === false || compression[member] !== undefined),
    )
    .map(([path, member]) => {
      const other = compression === false ? 'cache.compression' : `cache.compression.${member}`;
      return { path, message: `cannot stand beside \`${other}\`: say it once.` };
    });
}

/** The cache as it will be made. */
function incompleteFaults(options: AiCacheOptions): ConfigFault[] {
  try {
    validateOptions(cacheOptionsOf(options) satisfies CacheModuleOptions);
    return [];
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    return error.faults.map(underCache);
  }
}
