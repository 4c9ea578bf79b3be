import { changedHeaders } from './header-rules.js';
import type { HeaderMap, HeaderValue, HttpReply } from './http-exchange.js';
import { recordedOf, varyAdded, type RecordedResponse } from './response-policy.js';

/** Watches what one run of a handler does to the response. */
export interface ResponseRecorder {
  /** Everything the handler does in `run`, later turns included, is recorded. */
  run<T>(run: () => T): T;
  /** What the run has left behind so far. */
  recorded(): RecordedResponse;
  /** The headers that are the handler's. */
  changed(): Record<string, HeaderValue>;
  /** Lets the client have what was recorded, if it does not have it yet. */
  commit(): void;
}

/** For a run whose request waits for it: the handler writes to the response as it always does. */
export class DirectRecorder implements ResponseRecorder {
  constructor(
    private readonly reply: HttpReply,
    /** The headers that are not the handler's: there before it ran. */
    private readonly before: HeaderMap,
  ) {}

  run<T>(run: () => T): T {
    return run();
  }

  recorded(): RecordedResponse {
    return recordedOf(this.reply, this.before);
  }

  changed(): Record<string, HeaderValue> {
    return withVary(changedHeaders(this.before, this.reply.headers()), varyAdded(this.before, this.reply.headers()));
  }

  commit(): void {}
}

/** Of Vary only the handler's own names are kept: the others are said anew for every request. */
export function withVary(changed: Record<string, HeaderValue>, added: readonly string[]): Record<string, HeaderValue> {
  const { vary: _whole, ...rest } = changed;
  return added.length === 0 ? rest : { ...rest, vary: added.join(', ') };
}
