/**
 * Headers that differ from call to call, or from client to client, without a different answer: who asks, traces, and what
 * HTTP itself needs. In lower case; every other header is in the key.
 */
const IGNORED: ReadonlySet<string> = new Set([
  // Traces (W3C Trace Context, W3C Baggage, B3, and those of vendors) and names of single calls.
  ...['traceparent', 'tracestate', 'baggage', 'b3', 'sentry-trace', 'uber-trace-id', 'x-amzn-trace-id'],
  ...['x-cloud-trace-context', 'request-id', 'x-request-id', 'x-client-request-id', 'x-correlation-id'],
  ...['correlation-id', 'idempotency-key', 'x-idempotency-key', 'x-ms-client-request-id', 'x-trace-id', 'x-span-id'],
  ...['cf-ray'],
  // Credentials: they do not change the answer, and a secret must not stand in a key. Those of Amazon are anew each time.
  ...['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key'],
  ...['ocp-apim-subscription-key', 'cookie'],
  ...['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
  // The client and the connection.
  ...['user-agent', 'date', 'host', 'content-length', 'connection', 'keep-alive', 'transfer-encoding'],
  ...['accept-encoding', 'expect'],
]);

/** B3, Datadog, and what the clients of OpenAI and Anthropic say of themselves. */
const IGNORED_PREFIXES = ['x-b3-', 'x-datadog-', 'x-stainless-'];

/** @param name in lower case. */
export function isIgnoredHeader(name: string): boolean {
  return IGNORED.has(name) || IGNORED_PREFIXES.some((prefix) => name.startsWith(prefix));
}
