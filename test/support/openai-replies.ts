/** What a model of the tests answers. */
export interface Reply {
  /** The text, piece by piece. */
  readonly pieces: readonly string[];
  /** `finish_reason` of chat completions. */
  readonly finish: string;
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly input: object }[];
}

export const USAGE = { input: 100, output: 20 };
const CREATED = 1_760_000_000;
const chatUsage = { prompt_tokens: USAGE.input, completion_tokens: USAGE.output, total_tokens: 120 };
const responsesUsage = { input_tokens: USAGE.input, output_tokens: USAGE.output };

/** A chat completion, whole. */
export function chatCompletion(id: string, model: unknown, { pieces, finish, toolCalls }: Reply): object {
  const tool_calls = toolCalls?.map((call) => toolCallOf(call));
  const message = { role: 'assistant', content: pieces.join('') || null, ...(tool_calls && { tool_calls }) };
  return {
    id,
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: chatUsage,
  };
}

/** The same as the events of a stream, `[DONE]` aside. */
export function chatChunks(id: string, model: unknown, { pieces, finish, toolCalls = [] }: Reply): object[] {
  const chunk = (choices: unknown[], more: object = {}): object => {
    return { id, object: 'chat.completion.chunk', created: CREATED, model, choices, ...more };
  };
  const delta = (part: object): object => chunk([{ index: 0, delta: part, finish_reason: null }]);
  return [
    ...pieces.map((content) => delta({ content })),
    ...toolCalls.map((call, index) => delta({ tool_calls: [{ index, ...toolCallOf(call) }] })),
    chunk([{ index: 0, delta: {}, finish_reason: finish }]),
    chunk([], { usage: chatUsage }),
  ];
}

/** A response of the Responses API, whole. */
export function responsesBody(id: string, model: unknown, { pieces }: Reply): object {
  const content = [{ type: 'output_text', text: pieces.join(''), annotations: [] }];
  const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content };
  return {
    ...{ id, object: 'response', created_at: CREATED, model, status: 'completed', output: [message] },
    ...{ incomplete_details: null, usage: responsesUsage },
  };
}

/** The same as the events of a stream. */
export function responsesEvents(id: string, model: unknown, reply: Reply): object[] {
  const item = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'in_progress', content: [] };
  const response = { id, object: 'response', created_at: CREATED, model };
  const at = { output_index: 0, item_id: item.id, content_index: 0 };
  return [
    { type: 'response.created', response },
    { type: 'response.output_item.added', output_index: 0, item },
    ...reply.pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
    { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed' } },
    { type: 'response.completed', response: responsesBody(id, model, reply) },
  ];
}

/** Eight numbers that are the text's own, and that 32 bits have room for. */
export function vectorOf(text: string): number[] {
  let seed = text.length + 1;
  for (const letter of text) seed = (seed * 31 + letter.codePointAt(0)!) % 65_521;
  return Array.from({ length: 8 }, (_, at) => ((seed * (at + 7)) % 1024) / 1024);
}

export function embeddingsBody(model: unknown, texts: readonly string[]): object {
  const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
  return { object: 'list', model, data, usage: { prompt_tokens: texts.length * 10, total_tokens: texts.length * 10 } };
}

function toolCallOf({ id, name, input }: { id: string; name: string; input: object }): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}
