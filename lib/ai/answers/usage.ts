import type { AiUsage } from '../ai-usage.js';
import { fieldOf } from './fields.js';

/**
 * `input_tokens`: Anthropic, OpenAI responses, LangChain; `prompt_tokens`: OpenAI chat; `promptTokenCount`: Gemini;
 * `prompt_eval_count`: Ollama.
 */
const INPUT_NAMES = [
  'inputTokens',
  'input_tokens',
  'prompt_tokens',
  'promptTokens',
  'promptTokenCount',
  'prompt_eval_count',
];
const OUTPUT_NAMES = [
  'outputTokens',
  'output_tokens',
  'completion_tokens',
  'completionTokens',
  'candidatesTokenCount',
  'eval_count',
];

/** One side alone may be known, as at the start of an Anthropic stream. */
export interface PartialUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

export function partialUsageOf(usage: unknown): PartialUsage {
  const outputTokens = firstCount(usage, OUTPUT_NAMES);
  // Gemini counts thoughts beside the answer, and bills them alike.
  const thoughts = countOf(fieldOf(usage, 'thoughtsTokenCount'));
  return {
    inputTokens: withCached(usage, firstCount(usage, INPUT_NAMES)),
    outputTokens: thoughts === undefined ? outputTokens : (outputTokens ?? 0) + thoughts,
  };
}

/** Anthropic counts what it reads from or writes to its cache of prompts beside the input; others count it in. */
function withCached(usage: unknown, inputTokens: number | undefined): number | undefined {
  if (inputTokens === undefined || countOf(fieldOf(usage, 'input_tokens')) !== inputTokens) return inputTokens;
  const read = countOf(fieldOf(usage, 'cache_read_input_tokens')) ?? 0;
  return inputTokens + read + (countOf(fieldOf(usage, 'cache_creation_input_tokens')) ?? 0);
}

/** `undefined` when the provider has counted nothing; a side that it has not counted is 0. */
export function usageOf(usage: unknown): AiUsage | undefined {
  return wholeUsage(partialUsageOf(usage));
}

export function wholeUsage({ inputTokens, outputTokens }: PartialUsage): AiUsage | undefined {
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 };
}

function firstCount(usage: unknown, names: readonly string[]): number | undefined {
  for (const name of names) {
    const field = fieldOf(usage, name);
    // `LanguageModelV3Usage` of the AI SDK: `{ total, ... }`.
    const count = countOf(field) ?? countOf(fieldOf(field, 'total'));
    if (count !== undefined) return count;
  }
  return undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
