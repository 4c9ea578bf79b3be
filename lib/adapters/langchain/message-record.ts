import type { BaseMessage } from '@langchain/core/messages';

/**
 * Never sent to a model: what LangChain keeps beside a message for itself, for a tool's caller, or from the answer it once
 * was.
 */
const UNSENT: ReadonlySet<string> = new Set([
  ...['lc_kwargs', 'lc_namespace', 'lc_serializable', 'usage_metadata', 'artifact', 'tool_call_chunks'],
]);

/** Ids that LangChain and LangGraph give a message that has none: the run it came from, or a random one. */
const GIVEN_ID = /^(?:run-|lc_)|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * All of a message that a model may be given, by name. The id of an answer counts where its provider has given it: clients send it back.
 */
export function messageRecord(message: BaseMessage): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message) as [string, unknown][]) {
    if (UNSENT.has(name)) continue;
    if (name === 'id' && !isOfProvider(message.type, value)) continue;
    record[name] = value;
  }
  return record;
}

function isOfProvider(type: string, id: unknown): boolean {
  return type === 'ai' && typeof id === 'string' && !GIVEN_ID.test(id);
}
