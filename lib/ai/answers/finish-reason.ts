import { fieldOf, textField } from './fields.js';

/** Why the model stopped, in the words of the AI SDK (`FinishReason`). `other`: for a reason that is none of these. */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';

/** From good to bad. */
const RANKS: readonly FinishReason[] = ['stop', 'tool-calls', 'other', 'length', 'content-filter', 'error'];

/** In lower case, with `-` for `_`. */
const WORDS: Readonly<Record<FinishReason, readonly string[]>> = {
  stop: ['stop', 'end-turn', 'stop-sequence', 'completed', 'complete', 'eos', 'eos-token'],
  length: [
    ...['length', 'max-tokens', 'max-output-tokens', 'max-completion-tokens', 'model-length'],
    'model-context-window-exceeded',
  ],
  'content-filter': [
    ...['content-filter', 'content-filtered', 'refusal', 'guardrail-intervened', 'sensitive'],
    // `FinishReason` and `BlockedReason` of Gemini.
    ...['safety', 'recitation', 'blocklist', 'prohibited-content', 'spii', 'language', 'image-safety'],
    ...['image-prohibited-content', 'image-recitation', 'jailbreak', 'model-armor'],
  ],
  'tool-calls': ['tool-calls', 'tool-call', 'tool-use', 'function-call'],
  error: ['error', 'failed', 'malformed-function-call', 'unexpected-tool-call', 'network-error'],
  other: [],
};

/** What providers say where they say nothing. */
const UNSAID: ReadonlySet<string> = new Set([
  '',
  'unknown',
  'null',
  'finish-reason-unspecified',
  'blocked-reason-unspecified',
]);

const BY_WORD: ReadonlyMap<string, FinishReason> = new Map(
  RANKS.flatMap((finish) => WORDS[finish].map((word) => [word, finish] as const)),
);

/**
 * What a provider's word for it means: `finish_reason` of OpenAI, `stop_reason` of Anthropic, `finishReason` of Gemini and of
 * the AI SDK, which since `LanguageModelV3` is `{ unified, raw }`. `undefined` when nothing is said.
 */
export function finishOf(reason: unknown): FinishReason | undefined {
  const said = typeof reason === 'string' ? reason : textField(reason, 'unified');
  if (said === undefined) return undefined;
  const word = said.toLowerCase().replaceAll('_', '-');
  // `LanguageModelV3` has no word for a provider that says nothing, but what it has said is missing then.
  if (word === 'other' && typeof reason !== 'string' && fieldOf(reason, 'raw') === undefined) return undefined;
  return UNSAID.has(word) ? undefined : (BY_WORD.get(word) ?? 'other');
}

/** Of several choices or steps the one that counts. */
export function worstFinish(a: FinishReason | undefined, b: FinishReason | undefined): FinishReason | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return RANKS.indexOf(a) >= RANKS.indexOf(b) ? a : b;
}
