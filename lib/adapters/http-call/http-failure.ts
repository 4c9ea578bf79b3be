import { CacheError } from '../../support/errors.js';
import { responseOf, wholeHead, type AnswerHead } from './http-answer.js';
import { decoded } from './text.js';

/**
 * A provider has answered that it cannot. Thrown to all who wait for the answer, each of whom makes a response of its own of
 * it; no client ever sees the error itself. The event `loadError` of the manager has it.
 */
export class HttpFailure extends CacheError {
  override readonly name = 'HttpFailure';

  constructor(
    readonly head: AnswerHead,
    private readonly body: Uint8Array<ArrayBuffer>,
    /** A digest of the credentials it was asked with: no other account is meant. */
    readonly account: string | undefined,
  ) {
    super(`The provider has answered ${`${head.status} ${head.statusText}`.trim()}.`);
  }

  /** Of an answer whose body nobody has read yet. */
  static async of(response: Response, account: string | undefined): Promise<HttpFailure> {
    return new HttpFailure(wholeHead(response), new Uint8Array(await response.arrayBuffer()), account);
  }

  /** Whether only its body is at fault. */
  get isOk(): boolean {
    return this.head.status >= 200 && this.head.status < 300;
  }

  /** `undefined`: its body is no UTF-8. */
  get text(): string | undefined {
    return decoded(this.body);
  }

  /** As it came, for one more caller. */
  response(): Response {
    return responseOf(this.head, this.body);
  }
}
