import { fieldFaults, isGroup, type FieldsClass } from '../../config/option-faults.js';
import { kindOf, shownName } from '../../config/shown-value.js';
import { suggestion } from '../../config/suggestion.js';
import type { Clock } from '../../contracts/clock.js';
import { parseBytes } from '../../support/byte-size.js';
import { systemClock } from '../../support/clock.js';
import { parseDuration } from '../../support/duration.js';
import { CacheConfigError, CacheUsageError, type ConfigFault } from '../../support/errors.js';
import type { ModelCacheOptions, ModelOptions } from './model-cache-options.js';
import { ModelCacheFields, ModelFields } from './model-cache.fields.js';

/** Defaults applied; durations in milliseconds, `Infinity` for no limit. */
export interface ResolvedModelOptions {
  readonly maxInstances: number;
  readonly maxBytes: number;
  readonly idleTtl: number;
  readonly whenFull: 'exceed' | 'wait';
  readonly waitTimeout: number;
  readonly loadTimeout: number;
  readonly grace: number;
  readonly disposeTimeout: number;
  readonly drainTimeout: number;
  readonly sizeOf: ((model: unknown, key: string) => number) | undefined;
  readonly clock: Clock;
}

/** How one instance is kept. */
export interface Keeping {
  /** Milliseconds. */
  readonly idleTtl: number;
  readonly dispose: false | ((model: unknown) => unknown) | undefined;
  readonly size: number | ((model: unknown) => number) | undefined;
}

/** @throws CacheConfigError that lists every fault. */
export function resolveModelOptions(options: ModelCacheOptions): ResolvedModelOptions {
  const faults = faultsIn(ModelCacheFields, options);
  if (faults.length > 0) throw new CacheConfigError(faults);
  const { maxBytes, idleTtl, waitTimeout, loadTimeout, grace, disposeTimeout, drainTimeout } = options;
  return Object.freeze({
    maxInstances: options.maxInstances ?? 8,
    maxBytes: maxBytes === undefined ? Infinity : parseBytes(maxBytes, 'maxBytes'),
    idleTtl: parseDuration(idleTtl ?? Infinity, 'idleTtl'),
    whenFull: options.whenFull ?? 'exceed',
    waitTimeout: parseDuration(waitTimeout ?? '30s', 'waitTimeout'),
    loadTimeout: parseDuration(loadTimeout ?? Infinity, 'loadTimeout'),
    grace: parseDuration(grace ?? '5s', 'grace'),
    disposeTimeout: parseDuration(disposeTimeout ?? '10s', 'disposeTimeout'),
    drainTimeout: parseDuration(drainTimeout ?? '10s', 'drainTimeout'),
    sizeOf: options.sizeOf,
    clock: options.clock ?? systemClock,
  });
}

/** @throws CacheUsageError naming `where` and the first option that cannot be meant. */
export function checkModelOptions(where: string, options: unknown): void {
  const [fault] = faultsIn(ModelFields, options);
  if (fault) throw new CacheUsageError(`${where}: ${fault.path} ${fault.message}`);
}

/** @throws CacheUsageError */
export function resolveKeeping(
  key: string,
  options: ModelOptions | undefined,
  { idleTtl }: Pick<ResolvedModelOptions, 'idleTtl'>,
): Keeping {
  if (options === undefined) return { idleTtl, dispose: undefined, size: undefined };
  checkModelOptions(`The options of the model ${JSON.stringify(key)}`, options);
  const { dispose, size } = options as ModelOptions<unknown>;
  return {
    idleTtl: options.idleTtl === undefined ? idleTtl : parseDuration(options.idleTtl, 'idleTtl'),
    dispose,
    size: size === undefined || typeof size === 'function' ? size : parseBytes(size, 'size'),
  };
}

function faultsIn(Fields: FieldsClass, options: unknown): ConfigFault[] {
  if (!isGroup(options)) return [{ path: 'options', message: `must be an object; got ${kindOf(options)}.` }];
  const known = Object.keys(new Fields());
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  return [
    ...unknown.map((name) => {
      const meant = suggestion(name, known);
      const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
      return { path: shownName(name), message: `is no option.${hint}` };
    }),
    ...fieldFaults(Fields, options, ''),
  ];
}
