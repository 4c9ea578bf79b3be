import type { ValidatorOptions } from 'class-validator';
import { Validator } from 'class-validator/cjs/validation/Validator.js';
import type { ConfigFault } from '../support/errors.js';
import { operationName } from '../support/operation-name.js';
import { durationFault } from './checks/is-duration.js';
import { isOwnCodec } from '../support/own-codec.js';
import { CodecFields } from './codec.options.js';
import { CompressionFields } from './compression.options.js';
import { DiskFields } from './disk.options.js';
import { EncryptionFields } from './encryption.options.js';
import { HttpFields } from './http.options.js';
import { LeaseFields } from './lease.options.js';
import { MemoryFields } from './memory.options.js';
import { ModuleFields } from './module.options.js';
import { NOT_BUILT } from './not-built.js';
import { RedisFields } from './redis.options.js';
import { BreakerFields, JournalFields } from './resilience.options.js';
import { kindOf, shownName } from './shown-value.js';
import { StreamFields } from './stream.options.js';
import { suggestion } from './suggestion.js';
import { TenantFields } from './tenant.options.js';

export type FieldsClass = new () => object;

const GROUPS: Readonly<Record<string, FieldsClass>> = {
  memory: MemoryFields,
  redis: RedisFields,
  disk: DiskFields,
  compression: CompressionFields,
  encryption: EncryptionFields,
  lease: LeaseFields,
  streams: StreamFields,
  breaker: BreakerFields,
  journal: JournalFields,
  tenant: TenantFields,
  http: HttpFields,
};
const RULES: ValidatorOptions = { skipUndefinedProperties: true, validationError: { target: false, value: false } };
const validator = new Validator();

/** What is wrong with each option by itself. Reads the options, and never copies or changes what they hold. */
export function optionFaults(options: object): ConfigFault[] {
  const notBuilt = notBuiltFaults(options);
  const refused = new Set(notBuilt.map((fault) => fault.path));
  const others = [
    ...groupFaults(ModuleFields, options, ''),
    ...Object.entries(GROUPS).flatMap(([name, Fields]) => namedGroupFaults(Fields, Reflect.get(options, name), name)),
    ...codecFaults(Reflect.get(options, 'codec')),
    ...operationFaults(Reflect.get(options, 'operations'), 'operations'),
  ];
  return [...notBuilt, ...others.filter((fault) => !refused.has(fault.path))];
}

/** An object that holds options: a literal, or an instance of an application's class. */
export function isGroup(value: unknown): value is object {
  return kindOf(value) === 'an object';
}

function notBuiltFaults(options: object): ConfigFault[] {
  return NOT_BUILT.flatMap(({ path, asksFor, what, instead }) => {
    const value = valueAt(options, path);
    if (value === undefined || !asksFor(value)) return [];
    return [
      { path, message: `${what} is not available in this version.${instead === undefined ? '' : ` ${instead}`}` },
    ];
  });
}

function valueAt(options: object, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isGroup(at) ? Reflect.get(at, name) : undefined), options);
}

function namedGroupFaults(Fields: FieldsClass, group: unknown, name: string): ConfigFault[] {
  if (group === undefined || (name === 'compression' && group === false)) return [];
  const expected = name === 'compression' ? 'false or an object of options' : 'an object of options';
  if (!isGroup(group)) return [{ path: name, message: `must be ${expected}; got ${kindOf(group)}.` }];
  if (name === 'redis' && typeof Reflect.get(group, 'call') === 'function') {
    return [{ path: name, message: 'is a client; write redis: { client }.' }];
  }
  return groupFaults(Fields, group, `${name}.`);
}

function groupFaults(Fields: FieldsClass, group: object, prefix: string): ConfigFault[] {
  return [...unknownFaults(Fields, group, prefix), ...fieldFaults(Fields, group, prefix)];
}

/** What is wrong with the members that are known. */
export function fieldFaults(Fields: FieldsClass, group: object, prefix: string): ConfigFault[] {
  const fields = new Fields();
  for (const name of Object.keys(fields)) Reflect.set(fields, name, Reflect.get(group, name));
  const errors = validator.validateSync(fields, RULES);
  return errors.flatMap(({ property, constraints }) => {
    return Object.values(constraints ?? {}).map((message) => ({ path: prefix + property, message }));
  });
}

function unknownFaults(Fields: FieldsClass, group: object, prefix: string): ConfigFault[] {
  const known = Object.keys(new Fields());
  return Object.keys(group)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = suggestion(name, known);
      const full = meant === undefined ? elsewhere(name) : prefix + meant;
      return {
        path: prefix + shownName(name),
        message: `is no option.${full === undefined ? '' : ` Did you mean \`${full}\`?`}`,
      };
    });
}

/** The path of the option of the module that has this name, in whichever group. */
export function elsewhere(name: string): string | undefined {
  if (Object.keys(new ModuleFields()).includes(name)) return name;
  const home = Object.entries(GROUPS).find(([, Fields]) => Object.keys(new Fields()).includes(name));
  return home && `${home[0]}.${name}`;
}

function codecFaults(codec: unknown): ConfigFault[] {
  if (codec === undefined || codec === 'json' || codec === 'msgpack') return [];
  if (isGroup(codec)) return isOwnCodec(codec) ? [] : requiredFaults(CodecFields, codec, 'codec.');
  return [{ path: 'codec', message: "must be 'json', 'msgpack' or an object with name, id, encode and decode." }];
}

function requiredFaults(Fields: FieldsClass, group: object, prefix: string): ConfigFault[] {
  const absent = Object.keys(new Fields()).filter((name) => Reflect.get(group, name) === undefined);
  return [
    ...absent.map((name) => ({ path: prefix + name, message: 'is missing.' })),
    ...fieldFaults(Fields, group, prefix),
  ];
}

/** Ttls by the names of operations. */
export function operationFaults(operations: unknown, group: string): ConfigFault[] {
  if (operations === undefined) return [];
  if (!isGroup(operations)) {
    return [{ path: group, message: `must be an object of durations by operation; got ${kindOf(operations)}.` }];
  }
  const seen = new Map<string, string>();
  return Object.entries(operations).flatMap(([name, ttl]: [string, unknown]) => {
    const path = `${group}.${shownName(name)}`;
    const twin = seen.get(operationName(name));
    seen.set(operationName(name), name);
    if (operationName(name) === '') return [{ path, message: 'must have a name.' }];
    if (twin !== undefined)
      return [
        { path, message: `is the same operation as \`${shownName(twin)}\`: case, - _ and . do not tell them apart.` },
      ];
    const fault = ttl === undefined ? undefined : durationFault(ttl);
    return fault === undefined ? [] : [{ path, message: fault }];
  });
}
