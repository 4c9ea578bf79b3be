import { classify } from '../../support/value-kind.js';
import { clientRecord } from './client-record.js';
import { isMachinery, isRunOption } from './ignored-names.js';
import { keyable } from './keyable.js';

/** With what a client of HTTP is made: its address, its headers. */
const CLIENTS: ReadonlySet<string> = new Set(['configuration', 'clientConfig', 'clientOptions']);
/** The fields that a model was made with, as it was given them. */
const FIELDS: ReadonlySet<string> = new Set(['lc_kwargs', 'fields']);

/**
 * Everything that a model of LangChain is set to, read from its own members, so that a setting of any integration counts
 * without being known by name. Left out are credentials, functions, and objects of classes; a model inside (as those of
 * `ChatOpenAI`) counts like the one around it.
 */
export function modelSettings(model: object, path = 'options.settings', above: readonly object[] = []): object {
  const kept: [name: string, value: unknown][] = [];
  for (const [name, value] of Object.entries(model) as [string, unknown][]) {
    if (value === undefined || isMachinery(name)) continue;
    const setting = settingOf(name, value, `${path}.${name}`, [...above, model]);
    if (setting !== undefined) kept.push([name, setting]);
  }
  return Object.fromEntries(kept);
}

function settingOf(name: string, value: unknown, path: string, above: readonly object[]): unknown {
  if (typeof value !== 'object' || value === null) return keyable(value, path, 'drop');
  if (above.includes(value)) return undefined;
  if (CLIENTS.has(name)) return clientRecord(value, path);
  if (FIELDS.has(name) || isModel(value)) return modelSettings(value, path, above);
  if (name === 'defaultOptions') {
    // None is as good as one that only says how a call runs: `withConfig({ tags })`.
    const options = callRecord(value, path, 'drop');
    return Object.keys(options).length === 0 ? undefined : options;
  }
  return keyable(value, path, 'drop');
}

/** The options of a call, without those that only say how it is run. */
export function callRecord(options: object, path: string, manner: 'refuse' | 'drop'): object {
  const kept = (Object.entries(options) as [string, unknown][])
    .filter(([name, value]) => value !== undefined && !isRunOption(name, value))
    .map(([name, value]) => [name, optionOf(name, value, `${path}.${name}`, manner)]);
  return Object.fromEntries(kept) as object;
}

function optionOf(name: string, value: unknown, path: string, manner: 'refuse' | 'drop'): unknown {
  const isRecord = typeof value === 'object' && value !== null && classify(value).kind === 'object';
  // `options` of OpenAI: those of the request, such as its headers.
  return isRecord && (name === 'options' || name === 'requestOptions')
    ? clientRecord(value, path)
    : keyable(value, path, manner);
}

/** By what every model of LangChain has. */
export function isModel(value: unknown): value is object {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, '_llmType') === 'function';
}
