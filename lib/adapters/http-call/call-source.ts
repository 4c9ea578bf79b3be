import type { LoaderContext } from '../../contracts/options.js';
import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { AnswerProbe } from './answer-probe.js';
import { EventSplitter } from './event-splitter.js';
import type { Endpoint } from './endpoint.js';
import { sharedHead, wholeHead, type AnswerHead, type AnswerItem } from './http-answer.js';
import { HttpFailure } from './http-failure.js';
import type { Send } from './http-types.js';
import { decoded, kindOf } from './text.js';

/** What one caller would ask the provider with, if it came to that. */
export class CallSource {
  private readonly probe: AnswerProbe;
  private own: { readonly shared: AnswerHead; readonly whole: AnswerHead } | undefined;
  private failure: HttpFailure | undefined;
  private readonly enough = new AbortController();

  constructor(
    private readonly endpoint: Endpoint,
    private readonly wantsEvents: boolean,
    private readonly credentials: string | undefined,
    private readonly send: Send,
  ) {
    this.probe = new AnswerProbe(endpoint);
  }

  /**
   * For `getOrGenerateStream`. Rejects as the sending does, and with `HttpFailure` for an answer that is none, before anything
   * came: so a stale answer can stand in for it.
   */
  readonly ask = async ({ signal }: LoaderContext): Promise<AsyncIterable<AnswerItem>> => {
    const response = await this.send({ signal: AbortSignal.any([signal, this.enough.signal]) });
    if (!response.ok) throw (this.failure = await HttpFailure.of(response, this.credentials));
    const kind = kindOf(response.headers.get('content-type'));
    if (kind !== (this.wantsEvents ? 'events' : 'json') || response.status !== 200) this.probe.fail();
    return kind === 'events' ? this.events(response) : this.whole(response);
  };

  /** For `getOrGenerateStream`. */
  readonly describe = (): AnswerFacts => this.probe.facts;

  /**
   * The reader of this very call's stream leaves. Whether all that matters has come, so that what is there is worth storing:
   * then it ends now. Some providers leave the connection open behind the last event, and nobody would ever close it.
   */
  endEarly(): boolean {
    const { hasEnded } = this.probe;
    if (hasEnded) this.enough.abort();
    return hasEnded;
  }

  /** The head with all its headers, where it is what this very call has asked for. */
  ownHead(head: AnswerHead): AnswerHead | undefined {
    return this.own?.shared === head ? this.own.whole : undefined;
  }

  /** Whether this call has failed by itself, or with others who ask for the same account. */
  concerns(failure: HttpFailure): boolean {
    return failure === this.failure || failure.wasAskedWith(this.credentials);
  }

  /** One item, when all of it has come: what breaks off before is a failure that a client may try again. */
  private async *whole(response: Response): AsyncGenerator<AnswerItem> {
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = decoded(bytes);
    if (text === undefined) this.probe.fail();
    else this.probe.takeWhole(text);
    const isGood = this.probe.facts.finish !== 'error';
    // What will not be stored is handed to everybody as it came.
    const head = isGood ? sharedHead(response) : wholeHead(response);
    yield this.begun(response, { ...head, body: text ?? bytes });
  }

  private async *events(response: Response): AsyncGenerator<AnswerItem> {
    yield this.begun(response, sharedHead(response));
    const splitter = new EventSplitter();
    try {
      // Typed as in browsers, which cannot be iterated over.
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        for (const event of splitter.take(chunk)) yield this.read(event);
      }
    } catch (error) {
      if (!this.enough.signal.aborted) throw error;
    }
    const rest = splitter.rest();
    // Clients drop what has no blank line behind it; some providers leave out the last one.
    if (rest.length > 0) yield this.read(rest);
  }

  private begun(response: Response, shared: AnswerHead): AnswerHead {
    const { body } = shared;
    this.own = { shared, whole: { ...wholeHead(response), ...(body !== undefined && { body }) } };
    return shared;
  }

  private read(event: Uint8Array<ArrayBuffer>): AnswerItem {
    const text = decoded(event);
    if (text === undefined) this.probe.fail();
    else this.probe.takeEvent(text);
    return text ?? event;
  }
}
