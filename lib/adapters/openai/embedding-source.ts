import type { KnownCall } from '../http-call/cached-calls.js';
import { wholeHead, type AnswerHead } from '../http-call/http-answer.js';
import { HttpFailure } from '../http-call/http-failure.js';
import type { Send } from '../http-call/http-types.js';
import { kindOf } from '../http-call/text.js';
import { embeddingAnswer } from './embedding-answer.js';
import { inputOf, type EmbeddingRequest } from './embedding-request.js';

/** Of an answer that is put together anew, these are not true any more. */
const OF_THE_BYTES = ['content-length', 'content-encoding', 'transfer-encoding', 'etag', 'content-md5', 'digest'];

/** What one call asks the provider for, of the inputs that nobody has. */
export class EmbeddingSource {
  /** What the provider has counted for this call. */
  tokens = 0;
  private asked = 0;
  private answeredBy: string | undefined;
  private head: AnswerHead | undefined;
  private readonly failures = new Set<HttpFailure>();

  constructor(
    private readonly known: KnownCall,
    private readonly request: EmbeddingRequest,
    private readonly send: Send,
  ) {}

  /** As the provider names it, where it was asked. */
  get model(): string {
    return this.answeredBy ?? this.request.model;
  }

  /** Those of the provider, where it was asked, and `x-cache` where it was not asked for all. */
  get headers(): Headers {
    const { head } = this;
    const headers = new Headers(head?.headers.map(([name, value]): [string, string] => [name, value]));
    for (const name of OF_THE_BYTES) headers.delete(name);
    headers.set('content-type', 'application/json');
    if (this.asked < new Set(this.request.texts).size) headers.set('x-cache', head ? 'partial' : 'hit');
    return headers;
  }

  /** For `getOrEmbedMany`. Not ended by any caller's signal: others may wait for the same texts. */
  readonly embed = async (texts: string[]): Promise<(number[] | Float32Array)[]> => {
    this.asked += texts.length;
    const response = await this.send({ signal: null, ...this.change(texts) });
    const failure = await HttpFailure.of(response, this.known.credentials);
    const isJson = response.status === 200 && kindOf(response.headers.get('content-type')) === 'json';
    const answer = isJson ? embeddingAnswer(failure.text ?? '', texts.length, this.request.format) : undefined;
    if (answer === undefined) {
      this.failures.add(failure);
      throw failure;
    }
    this.head ??= wholeHead(response);
    this.answeredBy ??= answer.model;
    this.tokens += answer.tokens;
    return answer.vectors;
  };

  /** What another call for other texts has met concerns this one only where it is not about those texts. */
  concerns(failure: HttpFailure): boolean {
    if (this.failures.has(failure)) return true;
    return failure.isOfTheAccount && failure.wasAskedWith(this.known.credentials);
  }

  /** None, where everything is missing: they come in the order of the inputs, each once. */
  private change(texts: readonly string[]): Pick<RequestInit, 'body' | 'headers'> {
    const { call } = this.known;
    if (texts.length === this.request.texts.length) return {};
    const headers = new Headers(call.headers);
    headers.delete('content-length');
    return { headers, body: JSON.stringify({ ...call.body, input: inputOf(this.request, texts) }) };
  }
}
