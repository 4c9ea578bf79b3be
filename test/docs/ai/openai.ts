/** A chunk as the client of OpenAI types it, as far as the example reads it. */
export interface ChatChunk {
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

interface ChatBody {
  readonly model: string;
  readonly messages: readonly { readonly role: 'user'; readonly content: string }[];
  readonly stream: true;
}

/** How often it was asked. */
export const asked: ChatBody[] = [];

async function* answer(words: readonly string[]): AsyncGenerator<ChatChunk> {
  for (const content of words) yield { choices: [{ delta: { content }, finish_reason: null }] };
  yield { choices: [{ delta: {}, finish_reason: 'stop' }] };
  yield { choices: [], usage: { prompt_tokens: 12, completion_tokens: words.length } };
}

/** In the place of `new OpenAI()`. */
export const openai = {
  chat: {
    completions: {
      async create(body: ChatBody, options: { signal: AbortSignal }): Promise<AsyncIterable<ChatChunk>> {
        options.signal.throwIfAborted();
        asked.push(body);
        return answer(['Hello ', 'you ', 'there.']);
      },
    },
  },
};
