import { endpointFromEnv } from '../ai/openai/endpoint-from-env.js';
import { OpenAiEmbedder } from './openai/openai-embedder.js';
import type { Embedder } from './embedder.js';
import { GatheringEmbedder } from './openai/gathering-embedder.js';
import { LocalEmbedder } from './local/local-embedder.js';

const DEFAULT_MODEL = 'text-embedding-3-small';

/**
 * The model behind `OPENAI_BASE_URL`, with `OPENAI_API_KEY` and `OPENAI_EMBEDDING_MODEL`; the local one where no URL is set.
 *
 * @throws {TypeError} the URL is none, in words for whoever set it
 */
export function embedderFromEnv(environment: NodeJS.ProcessEnv = process.env): Embedder {
  const endpoint = endpointFromEnv('OPENAI_EMBEDDING_MODEL', DEFAULT_MODEL, environment);
  return endpoint ? new GatheringEmbedder(new OpenAiEmbedder(endpoint)) : new LocalEmbedder();
}
