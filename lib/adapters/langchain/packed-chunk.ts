import type { ChatGenerationChunk } from '@langchain/core/outputs';
import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { fieldOf, isBlank, textField } from '../../ai/answers/fields.js';
import type { FinishReason } from '../../ai/answers/finish-reason.js';
import type { CoreCopy } from './core-copy.js';
import { packGeneration, unpackGeneration, type PackedGeneration } from './packed-generation.js';

/**
 * A chunk of a stream as data. Beside the chunk itself stands what the cache reads of any chunk of LangChain: how it ends and
 * what it cost, in the place where it looks for that, whatever place the integration has for it.
 */
export interface PackedChunk {
  readonly chunk: PackedGeneration;
  readonly content: string | readonly object[];
  readonly response_metadata: { readonly finish_reason?: FinishReason; readonly model_name?: string };
  readonly usage_metadata?: unknown;
  readonly tool_calls?: readonly object[];
  readonly additional_kwargs?: { readonly refusal: string };
}

/** `undefined` when its message is of a class of somebody else's. */
export function packChunk(chunk: ChatGenerationChunk, facts: AnswerFacts): PackedChunk | undefined {
  const packed = packGeneration(chunk);
  if (packed?.message === undefined) return undefined;
  const { fields } = packed.message;
  const { finish, hasToolCalls, refused, model } = facts;
  const usage = fields['usage_metadata'];
  return {
    chunk: packed,
    content: glimpseOf(fields['content']),
    response_metadata: { ...(finish && { finish_reason: finish }), ...(model && { model_name: model }) },
    ...(usage !== undefined && { usage_metadata: usage }),
    ...(hasToolCalls && { tool_calls: [{}] }),
    ...(refused && { additional_kwargs: { refusal: 'refused' } }),
  };
}

export function unpackChunk({ chunk }: PackedChunk, copy: CoreCopy): ChatGenerationChunk {
  return unpackGeneration(chunk, copy) as ChatGenerationChunk;
}

/** Of what kind the content is, without storing it twice: a text that is not blank is a dot. */
function glimpseOf(content: unknown): string | object[] {
  if (typeof content === 'string') return isBlank(content) ? '' : '.';
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => {
    const text = typeof part === 'string' ? part : textField(part, 'text');
    // Whatever an integration calls the pieces of a text: `text_delta`, say.
    return text === undefined ? { type: fieldOf(part, 'type') } : { type: 'text', text: isBlank(text) ? '' : '.' };
  });
}
