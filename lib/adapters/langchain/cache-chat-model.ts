import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import { CachedCalls } from './cached-calls.js';
import { chatModelRules, type CachedChatModelOptions, type ChatModelRules } from './chat-model-options.js';
import type { AnyChatModel, ChatModelLike } from './chat-model.js';
import { requireModel } from './core-version.js';
import { isModel } from './model-settings.js';

/** What a model is asked about itself, and answers without asking anybody. */
const OWN: ReadonlySet<PropertyKey> = new Set([
  ...['_llmType', '_modelType', '_identifyingParams', 'invocationParams', 'getLsParams', 'getLsParamsWithDefaults'],
  ...['getNumTokens', 'getNumTokensFromMessages', '_combineLLMOutput', 'toJSON', 'serialize', 'getName'],
]);

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * The same model, whose answers are cached: `invoke`, `stream`, `batch`, `generate`, `streamEvents`, and whatever `bindTools`,
 * `withStructuredOutput`, `withConfig` and `pipe` make of it. Everything else about it is as it was; the model itself is not
 * changed, and asked directly does not go by the cache.
 *
 * The key is made of all that the model is given: messages with what they hold of images and files, the parameters of the
 * request, the options of the call, the settings of the model. Calls that ask the same at the same time make one request, and
 * streams are joined while they run. Stored is what has properly ended.
 *
 * An option `cache` of the model is not used on this way.
 *
 * @throws CacheUsageError for what is no chat model of `@langchain/core` 1, and for an option that cannot be meant. Calls reject
 *   as the model's own, with `CacheTenantError` where the tenant cannot be told, and with the reason of their abort signal.
 */
export function cacheChatModel<M extends ChatModelLike>(
  model: M,
  ai: AiResponseCache,
  options: CachedChatModelOptions = {},
): M {
  requireModel(model);
  return cached(model, ai, chatModelRules(options, 'cacheChatModel')) as unknown as M;
}

/**
 * A proxy, and no class of our own: what integrations add to a model (`withStructuredOutput` of OpenAI looks at the name of
 * its model, say) has to be found where it was. They call one another by `this`, which is the proxy, and so come to the
 * methods below.
 */
function cached(model: AnyChatModel, ai: AiResponseCache, rules: ChatModelRules): AnyChatModel {
  const replaced = replacements(model, ai, rules);
  const proxy: AnyChatModel = new Proxy(model, {
    get(target, name) {
      if (replaced.has(name)) return replaced.get(name);
      // Of the model, also where it keeps things in private members, which a proxy does not have.
      const member: unknown = Reflect.get(target, name);
      return OWN.has(name) && typeof member === 'function' ? (member as Method).bind(target) : member;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
  cachedModels.add(proxy);
  for (const name of ['withConfig', 'bindTools']) wrapResultOf(name);
  return proxy;

  /** `withConfig` of some is a new model with the options in it, and of others a binding to what `this` is. */
  function wrapResultOf(name: string): void {
    const method: unknown = Reflect.get(model, name);
    if (typeof method !== 'function') return;
    replaced.set(name, (...args: unknown[]) => {
      const result: unknown = (method as Method).apply(proxy, args);
      return isModel(result) && !cachedModels.has(result) ? cached(result as AnyChatModel, ai, rules) : result;
    });
  }
}

const cachedModels = new WeakSet();

function replacements(model: AnyChatModel, ai: AiResponseCache, rules: ChatModelRules): Map<PropertyKey, unknown> {
  const calls = new CachedCalls(model, ai, rules);
  const replaced = new Map<PropertyKey, unknown>([
    ['_generate', calls.generate.bind(calls)],
    // Its keys leave out images: see LangChainCache.
    ['cache', undefined],
  ]);
  const base = baseOf(model);
  // A model that does not stream answers `stream` by one chunk, and says so by the method of the base.
  if (Reflect.get(model, '_streamResponseChunks') === Reflect.get(base, '_streamResponseChunks')) return replaced;
  replaced.set('_streamResponseChunks', calls.stream.bind(calls));
  // Newer integrations make events out of what the provider sends, past the chunks. Those of the base are made of chunks.
  const events: unknown = Reflect.get(base, '_streamChatModelEvents');
  if (typeof events === 'function') replaced.set('_streamChatModelEvents', events);
  return replaced;
}

/** `BaseChatModel.prototype` of the model's own copy of `@langchain/core`. */
function baseOf(model: object): object {
  let at = model;
  while (!Object.hasOwn(at, '_generateUncached')) {
    const above = Object.getPrototypeOf(at) as object | null;
    if (above === null) return at;
    at = above;
  }
  return at;
}
