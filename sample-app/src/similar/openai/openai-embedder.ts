import { AiProviderError } from '../../ai/openai/ai-provider.error.js';
import { ProviderClient } from '../../ai/openai/provider-client.js';
import type { ModelEndpoint } from '../../ai/openai/provider-client.js';
import type { Embedder } from '../embedder.js';

/**
 * Asks a model behind an endpoint that speaks OpenAI's embeddings. Not by the AI SDK: its package for such endpoints takes the
 * vectors in the order in which they come, and the protocol says whose each is by its index.
 */
export class OpenAiEmbedder implements Embedder {
  readonly name: string;
  readonly model: string;
  readonly version = 1;
  readonly batchSize = 96;
  /** What a similarity says differs from model to model. */
  readonly threshold = -1;
  readonly #provider: ProviderClient;

  constructor(endpoint: ModelEndpoint) {
    this.name = `${endpoint.model} at ${new URL(endpoint.baseUrl).host}`;
    this.model = endpoint.model;
    this.#provider = new ProviderClient(endpoint);
  }

  async embed(texts: readonly string[]): Promise<number[][]> {
    // Several requests may wait for the same vectors, so no one's hanging up ends this; its limit of time does.
    const { signal } = new AbortController();
    const body = await this.#provider.ask('/embeddings', { input: texts, encoding_format: 'float' }, signal);
    const vectors = readVectors(body);
    if (vectors?.length === texts.length) return vectors;
    throw new AiProviderError('malformed', 'The provider of the model answered with no embeddings of the texts.');
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Reads a `list` of `embedding`s into the order of the texts. `undefined` for anything else. */
function readVectors(body: unknown): number[][] | undefined {
  if (!isFields(body) || !Array.isArray(body['data'])) return undefined;
  const vectors: number[][] = [];
  for (const [place, item] of (body['data'] as unknown[]).entries()) {
    if (!isFields(item) || !Array.isArray(item['embedding'])) return undefined;
    // Servers that name no index keep the order.
    const index = item['index'] ?? place;
    if (typeof index !== 'number' || !(index in (body['data'] as unknown[])) || index in vectors) return undefined;
    vectors[index] = item['embedding'] as number[];
  }
  return vectors;
}
