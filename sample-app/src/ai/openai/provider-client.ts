import { AiProviderError } from './ai-provider.error.js';

export interface ModelEndpoint {
  /** Up to and without `/chat/completions` or `/embeddings`: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly model: string;
  /** How long an answer may take in all, in milliseconds. Default 2 minutes. */
  readonly timeout?: number;
}

const TIMEOUT = 120_000;

/** Asks a server that speaks as OpenAI's does, with nothing but `fetch`: for what the SDK does not do here. */
export class ProviderClient {
  readonly #endpoint: ModelEndpoint;

  constructor(endpoint: ModelEndpoint) {
    this.#endpoint = endpoint;
  }

  /** A whole answer, read. @throws {AiProviderError}; the signal's reason, once it is aborted */
  async ask(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.#endpoint.timeout ?? TIMEOUT)]);
    const json = await explained(signal, limited, async () => (await this.#post(path, body, limited)).text());
    return parsed(json);
  }

  /** The beginning of an answer. @throws {AiProviderError} for a status other than 2xx; what `fetch` throws */
  async #post(path: string, body: object, signal: AbortSignal): Promise<Response> {
    const { baseUrl, apiKey, model } = this.#endpoint;
    const response = await fetch(`${baseUrl.replace(/\/+$/u, '')}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      body: JSON.stringify({ model, ...body }),
      signal,
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw statusError(response.status, response.headers.get('retry-after') ?? undefined);
  }
}

/** Failures of the network in words; one that the caller's own signal has caused stays what it is. */
async function explained<T>(signal: AbortSignal, limited: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || error instanceof AiProviderError) throw error;
    const reason = limited.aborted ? 'did not answer in time' : 'cannot be reached, or hung up';
    throw new AiProviderError('unreachable', `The provider of the model ${reason}.`, { cause: error });
  }
}

/** @throws {AiProviderError} */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // What was read is not told, and neither is the parser's message, which quotes it.
    throw new AiProviderError('malformed', 'The provider of the model answered with something that is not JSON.');
  }
}

/** The provider's own words are left out: they may repeat a part of the prompt, or of the key. */
export function statusError(status: number, retryAfter: string | undefined): AiProviderError {
  const reason =
    status === 429
      ? 'has had too many requests (429)'
      : status === 401 || status === 403
        ? `does not accept the key of this service (${status})`
        : `answered with the status ${status}`;
  return new AiProviderError('status', `The provider of the model ${reason}.`, { status, retryAfter });
}
