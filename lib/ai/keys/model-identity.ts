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
  ...['logitBias', 'logprobs', 'topLogprobs', 'maxCompletionTokens', 'verbosity', 'invocationKwargs', 'betas'],
  // `ChatOllama`, Gemini, and the deployment of Azure, which is what answers there.
  ...['format', 'system', 'think', 'numCtx', 'numPredict', 'minP', 'repeatPenalty', 'repeatLastN', 'mirostat'],
  ...['responseMimeType', 'responseSchema', 'json', 'safetySettings', 'thinkingConfig', 'cachedContent'],
  ...['azureOpenAIApiDeploymentName'],
];

/** Of a model of the AI SDK: which files its provider reads by itself. No answer depends on who reads them. */
const ADDRESSES = 'supportedUrls';

/** Of `RunnableConfig` of LangChain: who watches a run and how it goes, beside what the model is asked with. */
const RUN_NAMES: ReadonlySet<string> = new Set([
  ...['callbacks', 'configurable', 'maxConcurrency', 'metadata', 'recursionLimit', 'runId', 'runName', 'tags'],
]);

/**
 * The identity of `options.model`: a name, or an object that has one. Of an instance of a client's class only its id, its
 * provider, its sampling and what is bound to it count, for the rest is machinery; of a plain object all but its functions and credentials.
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

function plainRest(model: object, idName?: string): Record<string, unknown> {
  const kept = Object.entries(model).filter(
    ([name, value]) => name !== idName && name !== ADDRESSES && typeof value !== 'function' && !isIgnoredOption(name),
  );
  return Object.fromEntries(kept);
}

function instanceRest(model: object): Record<string, unknown> {
  const rest: Record<string, unknown> = sampling(model);
  // A LangChain client has a namespace, such as `['langchain', 'chat_models', 'openai']`, where others name a provider.
  const provider: unknown = Reflect.get(model, 'provider') ?? Reflect.get(model, 'lc_namespace');
  if (typeof provider === 'string' || Array.isArray(provider)) rest['provider'] = provider;
  const settings: unknown = Reflect.get(model, 'settings');
  if (isObject(settings)) {
    rest['settings'] = classify(settings).kind === 'object' ? plainRest(settings) : sampling(settings);
  }
  // Of `withConfig` and `bindTools`: the tools, say.
  const bound: unknown = Reflect.get(model, 'defaultOptions');
  if (isObject(bound)) {
    const asked = Object.entries(plainRest(bound)).filter(([name]) => !RUN_NAMES.has(name));
    if (asked.length > 0) rest['defaultOptions'] = Object.fromEntries(asked);
  }
  return rest;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sampling(holder: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of SAMPLING_NAMES) {
    const value: unknown = Reflect.get(holder, name);
    if (value !== undefined && typeof value !== 'function') found[name] = value;
  }
  return found;
}
