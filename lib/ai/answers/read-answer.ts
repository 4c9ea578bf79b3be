import type { AnswerFacts } from './answer-facts.js';
import { AnswerTally } from './answer-tally.js';
import { objectField, textField } from './fields.js';
import { readAiSdkResult } from './read-ai-sdk.js';
import { readAnthropicMessage } from './read-anthropic.js';
import { readGeminiResponse } from './read-gemini.js';
import { readLangChainMessage } from './read-langchain.js';
import { readOllamaResponse } from './read-ollama.js';
import { readChatCompletion } from './read-openai-chat.js';
import { readOpenAiResponse } from './read-openai-response.js';

/** From the most to the least telling shape. Each says whether the answer is of its kind. */
const READERS = [
  readChatCompletion,
  readOpenAiResponse,
  readGeminiResponse,
  readOllamaResponse,
  readAiSdkResult,
  readAnthropicMessage,
  readLangChainMessage,
];

const UNKNOWN: AnswerFacts = {
  text: undefined,
  finish: undefined,
  hasToolCalls: false,
  refused: false,
  usage: undefined,
  model: undefined,
};

/**
 * What an answer says of itself, told by its shape: of the AI SDK, OpenAI (chat and responses), Anthropic, LangChain,
 * Gemini and Ollama, or a plain string. Of anything else nothing is known. A body `{ error }` is an error, with whatever status it
 * came. Never throws.
 */
export function answerFacts(response: unknown): AnswerFacts {
  if (typeof response === 'string') return { ...UNKNOWN, text: response };
  if (typeof response !== 'object' || response === null) return UNKNOWN;
  try {
    return factsOf(response);
  } catch {
    // A proxy, or an array whose entries cannot be read.
    return UNKNOWN;
  }
}

function factsOf(response: object): AnswerFacts {
  // `StreamTextResult` of the AI SDK: to read its other members is to run the stream.
  if ('fullStream' in response || 'textStream' in response) return UNKNOWN;
  const tally = new AnswerTally(true);
  const isKnown = READERS.some((read) => read(response, tally));
  if (isErrorBody(response)) tally.addFinish('error');
  return isKnown ? tally.facts : { ...tally.facts, text: undefined };
}

/** What may stand beside the `error` of a body that is nothing but an error. */
const BESIDE_ERROR: ReadonlySet<string> = new Set([
  ...['error', 'message', 'detail', 'details', 'code', 'status', 'statusCode', 'status_code', 'success', 'param'],
  ...['type', 'error_type', 'error_code', 'request_id', 'requestId', 'path', 'timestamp'],
]);

/**
 * `{ error: { message } }`, as OpenAI and Anthropic have it; `{ error: '...' }` with nothing that could be an answer, as
 * Ollama and gateways have it; `{ object: 'error', message }`, as vLLM and Mistral have it.
 */
export function isErrorBody(body: object): boolean {
  if (objectField(body, 'error')) return true;
  if (textField(body, 'object') === 'error' && textField(body, 'message') !== undefined) return true;
  const error = textField(body, 'error');
  if (error === undefined) return false;
  const names = Object.keys(body);
  return names.length === 1 || (error !== '' && names.every((name) => BESIDE_ERROR.has(name)));
}
