import type { AiResponseCache } from 'nestjs-cached/ai';
import { cacheLanguageModel } from 'nestjs-cached/ai-sdk';
import type { LanguageModelCacheMiddleware, LanguageModelParams } from 'nestjs-cached/ai-sdk';
import { documentTag } from '../../files/source-file.js';
import type { AiTask } from '../ai-engine.js';
import type { ModelEndpoint } from './provider-client.js';

/** What the service says of a call to its own cache. No provider reads it. */
export type CallFacts = Pick<AiTask, 'operation' | 'document'>;

/**
 * With a call, for `answersOf`. It is in the key, too: an answer about a file is another one than one about the same text that
 * somebody has sent as such, and is forgotten with the file.
 */
export function callOptions({ operation, document }: CallFacts): { sample: Record<string, string> } {
  return { sample: { operation, ...(document === undefined ? {} : { document }) } };
}

function factsOf({ providerOptions }: LanguageModelParams): CallFacts {
  return providerOptions!['sample'] as CallFacts;
}

/** Keeps the answers of the model: under the operation that they are for, and with the file that they are about. */
export function answersOf({ baseUrl }: ModelEndpoint, cache: AiResponseCache): LanguageModelCacheMiddleware {
  return cacheLanguageModel(cache, {
    variant: baseUrl,
    operation: (call) => factsOf(call).operation,
    tags: (call) => {
      const { document } = factsOf(call);
      return document === undefined ? [] : [documentTag(document)];
    },
  });
}
