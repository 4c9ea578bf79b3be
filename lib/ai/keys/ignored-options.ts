/**
 * Options that say how a call is made and not what is asked, so that no answer depends on them: they are in no key. Matched
 * at the top level of the options only; the same name further down may mean anything.
 *
 * - how long, how often, over what: `signal` `abortSignal` `timeout` `timeoutMs` `requestTimeout` `maxRetries` `fetch`
 *   `httpAgent` `dangerouslyAllowBrowser`
 * - who watches: `logger` `logLevel` `telemetry` `experimental_telemetry`
 * - who calls: `idempotencyKey` `apiKey` `api_key` `authToken`. A secret must not stand in a key, not even as a digest.
 */
const IGNORED: ReadonlySet<string> = new Set([
  ...['signal', 'abortSignal', 'timeout', 'timeoutMs', 'requestTimeout', 'maxRetries', 'fetch', 'httpAgent'],
  ...['dangerouslyAllowBrowser', 'logger', 'logLevel', 'telemetry', 'experimental_telemetry'],
  ...['idempotencyKey', 'apiKey', 'api_key', 'authToken'],
]);

/** What the tool does when the model asks for it. The model itself never sees it. */
const TOOL_CALLBACKS: ReadonlySet<string> = new Set([
  ...['execute', 'toModelOutput', 'needsApproval', 'run', 'parse', 'func', 'callback'],
]);
/** `onFinish`, `experimental_onStepFinish` ... */
const LISTENER = /^(?:experimental_)?on[A-Z_]/;

/** The user's own ignored paths, as a tree: a name that holds a dot is another one than two names. */
export class IgnoredPaths {
  readonly #below = new Map<string, IgnoredPaths>();
  #isEnd = false;

  /** `metadata.requestId`: from the options down. The entries of an array are all meant, without a segment of their own. */
  add(path: string): void {
    const [first, ...rest] = path.split('.');
    // The names of headers have no case.
    this.#addNames([first!, ...(first === 'headers' ? rest.map((name) => name.toLowerCase()) : rest)]);
  }

  below(name: string): IgnoredPaths | undefined {
    return this.#below.get(name);
  }

  get isEnd(): boolean {
    return this.#isEnd;
  }

  #addNames([name, ...rest]: readonly string[]): void {
    if (name === undefined) {
      this.#isEnd = true;
      return;
    }
    const next = this.#below.get(name) ?? new IgnoredPaths();
    this.#below.set(name, next);
    next.#addNames(rest);
  }
}

export function isIgnoredOption(name: string): boolean {
  return IGNORED.has(name);
}

/** Whether a function of this name only listens, or does a tool's work. */
export function isCallback(name: string, isInTool: boolean): boolean {
  return LISTENER.test(name) || (isInTool && TOOL_CALLBACKS.has(name));
}
