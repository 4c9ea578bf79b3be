/** The first item of a recorded answer. */
export interface AnswerHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** All of it, where it is no stream. Bytes: no UTF-8, and not stored. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** What follows the head of a stream: its events, each with the blank line behind it. Bytes: no UTF-8, and not stored. */
export type AnswerItem = AnswerHead | string | Uint8Array<ArrayBuffer>;

/**
 * What a stored answer keeps of its headers: what its body is, and by which names the provider knows the call. Limits of rate,
 * cookies, dates and the like were said to another caller at another time.
 */
const KEPT: ReadonlySet<string> = new Set(['content-type', 'x-request-id', 'request-id']);

/** The head as others may have it. */
export function sharedHead(response: Response): AnswerHead {
  const { status, statusText, headers } = response;
  return { status, statusText, headers: [...headers].filter(([name]) => KEPT.has(name)) };
}

/** The head as it came. */
export function wholeHead(response: Response): AnswerHead {
  const { status, statusText, headers } = response;
  return { status, statusText, headers: [...headers] };
}

/** What is the head of an answer, and nothing that somebody else has stored under the key. */
export function isHead(item: unknown): item is AnswerHead {
  return typeof item === 'object' && item !== null && Number.isInteger(Reflect.get(item, 'status'));
}

/** For statuses whose answers have no body (Fetch standard, "null body status"), `Response` takes none. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

const ENCODER = new TextEncoder();

export type ResponseBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

export function responseOf(
  head: AnswerHead,
  body: ResponseBody,
  more: Readonly<Record<string, string>> = {},
): Response {
  const { status, statusText } = head;
  const headers = new Headers(head.headers.map(([name, value]): [string, string] => [name, value]));
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  // Of a text it would say by itself of which type that is.
  const given = typeof body === 'string' ? ENCODER.encode(body) : body;
  return new Response(BODILESS.has(status) ? null : given, { status, statusText, headers });
}
