import type { BaseMessage } from '@langchain/core/messages';
import { IMPORTED, type CoreCopy } from './core-copy.js';

const KINDS = ['AIMessage', 'AIMessageChunk', 'ChatMessage', 'ChatMessageChunk'] as const;
type Kind = (typeof KINDS)[number];
type MessageClass = new (fields: {
  readonly content: string;
  readonly role: unknown;
  readonly tool_call_chunks?: readonly unknown[];
}) => BaseMessage;

/** A message as data: which class it is of, and its own members. */
export interface PackedMessage {
  readonly kind: Kind;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The members that `toJSON` and `toDict` tell. Of a chunk not kept: there are many, and who keeps one keeps their sum. */
  readonly told?: readonly string[];
}

/** What the constructor makes by itself. */
const MADE: ReadonlySet<string> = new Set(['lc_kwargs', 'lc_namespace', 'lc_serializable', 'type']);

/** `undefined` for a message of another class: whatever that adds would be lost. */
export function packMessage(message: BaseMessage): PackedMessage | undefined {
  const kind = kindOf(message);
  if (kind === undefined) return undefined;
  const fields: [name: string, value: unknown][] = [];
  for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(message))) {
    // A member that is worked out (`tool_calls` of a chunk) is worked out again.
    if (MADE.has(name) || !('value' in member) || member.value === undefined) continue;
    fields.push([name, member.value]);
  }
  const told = kind.endsWith('Chunk') ? undefined : Object.keys(message.lc_kwargs);
  return { kind, fields: Object.fromEntries(fields), ...(told && { told }) };
}

/** A message like the one that was packed, and the caller's own but for what is nested in it. */
export function unpackMessage({ kind, fields, told }: PackedMessage, copy: CoreCopy): BaseMessage {
  const { tool_call_chunks: chunks } = fields;
  const hasChunks = Array.isArray(chunks);
  const Message = copy[kind] as unknown as MessageClass;
  const message = new Message({
    content: '',
    role: fields['role'],
    ...(hasChunks && { tool_call_chunks: chunks as readonly unknown[] }),
  });
  // Not by the constructor, which would make something of what it is given once more.
  Object.assign(message, fields);
  const names = told ?? [...Object.keys(fields), ...(hasChunks ? ['tool_calls', 'invalid_tool_calls'] : [])];
  const members = names.filter((name) => name in message).map((name) => [name, Reflect.get(message, name) as unknown]);
  message.lc_kwargs = Object.fromEntries(members) as Record<string, unknown>;
  return message;
}

/** By its class itself, and by name where that is of another copy of `@langchain/core`. */
function kindOf(message: BaseMessage): Kind | undefined {
  const { constructor } = message;
  const { lc_name: lcName, name } = constructor as { readonly lc_name?: () => string; readonly name: string };
  const kind = KINDS.find((one) => typeof lcName === 'function' && lcName.call(constructor) === one);
  if (kind === undefined) return undefined;
  return constructor === IMPORTED[kind] || name === kind ? kind : undefined;
}
