import { isInteropZodSchema } from '@langchain/core/utils/types';
import type { ChatResult } from '@langchain/core/outputs';
import { fieldOf, hasField } from '../../ai/answers/fields.js';
import type { CallOptions } from './chat-model.js';

/** Whether `withStructuredOutput` asks for a call of a tool in which nothing is run: the call is the answer. */
export function structuredByTool(call: CallOptions): boolean {
  const method = fieldOf(fieldOf(call['ls_structured_output_format'], 'kwargs'), 'method');
  return method === 'function_calling' || method === 'functionCalling';
}

/**
 * Whether a message carries what the caller's own schema has made of the text (the Responses API of `ChatOpenAI`). Another
 * schema with the same JSON schema may make something else of it, and must not be given that.
 */
export function parsedBySchema(call: CallOptions, { generations }: ChatResult): boolean {
  const schema = fieldOf(fieldOf(call['response_format'], 'json_schema'), 'schema');
  return isInteropZodSchema(schema) && generations.some(({ message }) => hasField(message.additional_kwargs, 'parsed'));
}
