import type { AiEngine } from './ai-engine.js';
import { endpointFromEnv } from './openai/endpoint-from-env.js';
import { OpenAiEngine } from './openai/openai-engine.js';
import { TextRankEngine } from './text-rank/text-rank-engine.js';

const DEFAULT_MODEL = 'gpt-4o-mini';

/**
 * The model behind `OPENAI_BASE_URL`, with `OPENAI_API_KEY` and `OPENAI_MODEL`; the local engine where no URL is set.
 *
 * @throws {TypeError} the URL is none, in words for whoever set it
 */
export function engineFromEnv(environment: NodeJS.ProcessEnv = process.env): AiEngine {
  const endpoint = endpointFromEnv('OPENAI_MODEL', DEFAULT_MODEL, environment);
  return endpoint ? new OpenAiEngine(endpoint) : new TextRankEngine();
}
