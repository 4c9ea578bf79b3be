import type { BaseMessage } from '@langchain/core/messages';
import type { AiRequest } from '../../ai/ai-request.js';
import type { AnyChatModel, CallOptions } from './chat-model.js';
import { keyable } from './keyable.js';
import { callRecord, modelSettings } from './model-settings.js';

/** Of what is stored: an answer in another shape must not be found by a version of the library that does not know it. */
export const SHAPE = 'langchain:1';

const NAMES = ['model', 'modelName', 'modelId', 'deploymentName'] as const;

/**
 * One call as a request of the cache: the messages with all they hold, the parameters that the integration makes of the call,
 * the options of the call as they were given, and the settings of the model.
 * @throws CacheKeyError naming what cannot be compared; whatever the integration throws when it makes the parameters.
 */
export function chatRequest(
  model: AnyChatModel,
  messages: readonly BaseMessage[],
  call: CallOptions,
  { operation, tenant }: { readonly operation: string; readonly tenant: string | undefined },
): AiRequest {
  const params: unknown = model.invocationParams(call);
  const options = {
    shape: SHAPE,
    provider: model._llmType(),
    model: nameOf(model, params),
    messages: keyable(messages, 'options.messages', 'refuse'),
    params: keyable(params, 'options.params', 'drop'),
    call: callRecord(call, 'options.call', 'refuse'),
    settings: modelSettings(model),
  };
  return { operation, options, ...(tenant !== undefined && { tenant }) };
}

/** As people call it, for prices and to invalidate what it has answered. */
export function nameOf(model: object, params: unknown): string | undefined {
  const holders = typeof params === 'object' && params !== null ? [params, model] : [model];
  for (const holder of holders) {
    for (const name of NAMES) {
      const found: unknown = Reflect.get(holder, name);
      if (typeof found === 'string' && found !== '') return found;
    }
  }
  return undefined;
}
