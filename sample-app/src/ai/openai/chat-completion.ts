import type { AiFinish, AiTokens } from '../ai-engine.js';

/** What is used of one piece or of the whole of a chat completion. */
export interface ChatPiece {
  /** Empty in a piece that only says how it ended, or what it took. */
  readonly text: string;
  /** Absent in all pieces but the last of the text. */
  readonly finish: AiFinish | undefined;
  readonly usage: AiTokens | undefined;
}

const FINISHES: Readonly<Record<string, AiFinish>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content-filter',
  tool_calls: 'tool-calls',
};

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/**
 * Reads `chat.completion` (whole: `message`) and `chat.completion.chunk` (`delta`), as far as servers agree on them.
 * `undefined` for what is neither.
 */
export function readChatPiece(body: unknown): ChatPiece | undefined {
  if (!isObject(body) || !Array.isArray(body['choices'])) return undefined;
  const choice: unknown = body['choices'][0];
  if (choice !== undefined && !isObject(choice)) return undefined;
  const said: unknown = choice?.['message'] ?? choice?.['delta'];
  const content = isObject(said) ? said['content'] : undefined;
  const finish = choice?.['finish_reason'];
  return {
    text: typeof content === 'string' ? content : '',
    finish: typeof finish === 'string' ? (FINISHES[finish] ?? 'other') : undefined,
    usage: readTokens(body['usage']),
  };
}

function readTokens(usage: unknown): AiTokens | undefined {
  if (!isObject(usage)) return undefined;
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
  return typeof inputTokens === 'number' && typeof outputTokens === 'number'
    ? { inputTokens, outputTokens }
    : undefined;
}
