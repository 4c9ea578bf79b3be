/** How often and how long to try, who watches, and under which name. */
const RUNS = [
  ...['callbacks', 'callbackManager', 'tags', 'metadata', 'verbose', 'maxConcurrency', 'maxRetries', 'onFailedAttempt'],
  ...['timeout', 'signal', 'abortSignal'],
];

/**
 * What stands among the call options of LangChain and says how a run goes and where its state is, beside what the model is
 * asked (`RunnableConfig`, and what LangGraph adds to it). LangChain takes most of these out before the model is called;
 * what it leaves depends on its version, so all of them are named.
 */
const RUN_OPTIONS: ReadonlySet<string> = new Set([
  ...RUNS,
  ...['runName', 'runId', 'runType', 'configurable', 'config', 'recursionLimit', 'promptIndex'],
  ...['store', 'context', 'writer', 'interrupt', 'executionInfo', 'serverInfo', 'control', 'heartbeat', 'state'],
  ...['toolCall', 'toolCallId', 'ls_structured_output_format'],
]);

/** Machinery and book-keeping of a model, beside what it is set to. */
const MACHINERY: ReadonlySet<string> = new Set([
  ...RUNS,
  ...['authOptions', 'googleAuthOptions', 'authClient'],
  ...['caller', 'cache', 'client', 'name', '_encoding', 'lc_serializable', 'lc_runnable', 'ParsedCallOptions'],
]);

/** Of a client of HTTP: how a request travels. */
const TRANSPORT: ReadonlySet<string> = new Set([
  ...RUNS,
  ...['fetch', 'fetchOptions', 'httpAgent', 'httpsAgent', 'dangerouslyAllowBrowser', 'logger', 'logLevel'],
  'idempotencyKey',
]);

/** A secret must not stand in a key, not even as a digest, and with another one the same is asked. */
const CREDENTIAL =
  /api_?key$|(?:auth|access|bearer|session|security|azureAD|api|iam)_?token(?:Provider)?$|^workloadIdentity$|secret|password|^credentials?$/i;

/** Whether a call option is no part of the question. */
export function isRunOption(name: string, value: unknown): boolean {
  if (RUN_OPTIONS.has(name)) return true;
  // How `streamEvents` shall tell what happens, which stays among the options.
  if (name === 'version') return value === 'v1' || value === 'v2' || value === 'v3';
  return name === 'encoding' && value === 'text/event-stream';
}

/** Whether a member of a model is no setting of it that an answer depends on. */
export function isMachinery(name: string): boolean {
  return MACHINERY.has(name) || CREDENTIAL.test(name);
}

/** The same for what a client of HTTP is made with, and for the options of one request. */
export function isTransport(name: string): boolean {
  return TRANSPORT.has(name) || CREDENTIAL.test(name);
}
