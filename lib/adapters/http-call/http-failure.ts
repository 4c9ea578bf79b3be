import { CacheError } from '../../support/errors.js';
import { responseOf, wholeHead, type AnswerHead } from './http-answer.js';
import { decoded } from './text.js';

/** Statuses that say something of the account or of the moment, and nothing of what was asked. */
const OF_THE_ACCOUNT: ReadonlySet<number> = new Set([401, 402, 403, 408, 409, 429]);

/**
 * A provider has answered that it cannot. Thrown to all who wait for the answer, each of whom makes a response of its own of
 * it; no client ever sees the error itself. The event `loadError` of the manager has it, which is why all but the status is
 * private: a provider may quote what it was asked, or by whom.
 */
export class HttpFailure extends CacheError {
  override readonly name = 'HttpFailure';
  readonly status: number;
  readonly #head: AnswerHead;
  readonly #body: Uint8Array<ArrayBuffer>;
  readonly #credentials: string | undefined;

  private constructor(head: AnswerHead, body: Uint8Array<ArrayBuffer>, credentials: string | undefined) {
    super(`The provider has answered ${`${head.status} ${head.statusText}`.trim()}.`);
    this.status = head.status;
    this.#head = head;
    this.#body = body;
    this.#credentials = credentials;
  }

  /** Of an answer whose body nobody has read yet. @param credentials A digest of what it was asked with. */
  static async of(response: Response, credentials: string | undefined): Promise<HttpFailure> {
    return new HttpFailure(wholeHead(response), new Uint8Array(await response.arrayBuffer()), credentials);
  }

  /** `undefined`: its body is no UTF-8. */
  get text(): string | undefined {
    return decoded(this.#body);
  }

  /** Whether it would concern whoever asks for anything now. */
  get isOfTheAccount(): boolean {
    return this.status >= 500 || OF_THE_ACCOUNT.has(this.status);
  }

  /** What one account is refused says nothing of another one. */
  wasAskedWith(credentials: string | undefined): boolean {
    return this.#credentials === credentials;
  }

  /** As it came, for one more caller. */
  response(): Response {
    return responseOf(this.#head, this.#body);
  }
}
