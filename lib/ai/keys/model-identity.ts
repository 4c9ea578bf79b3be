import { CacheKeyError } from '../../support/errors.js';
import { classify } from '../../support/value-kind.js';
import { isIgnoredOption } from './ignored-options.js';

/** What a request says of its model. */
export interface ModelIdentity {
  /** What the provider calls it. */
  readonly id: string;
  /** What else tells it from others: its provider, and how it samples where the client keeps that. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** `modelId`: `LanguageModelV3` of the AI SDK; `model`: `ChatOpenAI` and others of LangChain. */
const ID_NAMES = ['modelId', 'id', 'model', 'name'] as const;

/** Clients of LangChain, and older ones of the AI SDK, keep these beside the id or in `settings`. */
const SAMPLING_NAMES = [
  ...['temperature', 'topP', 'topK', 'maxTokens', 'maxOutputTokens', 'seed', 'stop', 'stopSequences', 'n'],
  ...['frequencyPenalty', 'presencePenalty', 'reasoningEffort', 'reasoning', 'thinking', 'modelKwargs'],
];

/**
 * The identity of `options.model`: a name, or an object that has one. Of an instance of a client's class only its id, its
 * provider and its sampling count, for the rest is machinery; of a plain object all but its functions and credentials.
 * @throws CacheKeyError when there is no name in it.
 */
export function modelIdentity(model: unknown, path: string): ModelIdentity {
  if (typeof model === 'string') return { id: model, rest: {} };
  if (typeof model !== 'object' || model === null) {
    throw new CacheKeyError(path, 'is neither a name nor an object that has one');
  }
  const idName = ID_NAMES.find((name) => typeof Reflect.get(model, name) === 'string');
  if (idName === undefined) throw new CacheKeyError(path, `has no ${ID_NAMES.join(', ')} that is a string`);
  const rest = classify(model).kind === 'object' ? plainRest(model, idName) : instanceRest(model);
  return { id: Reflect.get(model, idName) as string, rest };
}

function plainRest(model: object, idName: string): Record<string, unknown> {
  const kept = Object.entries(model).filter(
    ([name, value]) => name !== idName && typeof value !== 'function' && !isIgnoredOption(name),
  );
  return Object.fromEntries(kept);
}

function instanceRest(model: object): Record<string, unknown> {
  const rest: Record<string, unknown> = sampling(model);
  // A LangChain client has a namespace, such as `['langchain', 'chat_models', 'openai']`, where others name a provider.
  const provider: unknown = Reflect.get(model, 'provider') ?? Reflect.get(model, 'lc_namespace');
  if (typeof provider === 'string' || Array.isArray(provider)) rest['provider'] = provider;
  const settings: unknown = Reflect.get(model, 'settings');
  if (typeof settings === 'object' && settings !== null) rest['settings'] = sampling(settings);
  return rest;
}

function sampling(holder: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of SAMPLING_NAMES) {
    const value: unknown = Reflect.get(holder, name);
    if (value !== undefined && typeof value !== 'function') found[name] = value;
  }
  return found;
}
