const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 that is some; `undefined` where decoding would lose bytes. A byte order mark stays, so that encoding gives it back. */
export function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The object that the text says; `undefined` for everything else, half of one among it. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What a content type says that a body is. */
export type TextKind = 'json' | 'events';

/** `undefined`: neither. */
export function kindOf(contentType: string | null): TextKind | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'events';
  return type === 'application/json' || type.endsWith('+json') ? 'json' : undefined;
}
