import type { AiResponseCache } from 'nestjs-cached/ai';
import type { AiEngine } from './ai-engine.js';
import { CachedEngine } from './cached-engine.js';
import { answersOf } from './openai/cached-answers.js';
import { endpointFromEnv } from './openai/endpoint-from-env.js';
import { OpenAiEngine } from './openai/openai-engine.js';
import { TextRankEngine } from './text-rank/text-rank-engine.js';

const DEFAULT_MODEL = 'gpt-4o-mini';

/**
 * The model behind `OPENAI_BASE_URL`, with `OPENAI_API_KEY` and `OPENAI_MODEL`; the local engine where no URL is set.
 *
 * @param cache where its answers are kept; nowhere by default
 * @throws {TypeError} the URL is none, in words for whoever set it
 */
export function engineFromEnv(environment: NodeJS.ProcessEnv = process.env, cache?: AiResponseCache): AiEngine {
  const endpoint = endpointFromEnv('OPENAI_MODEL', DEFAULT_MODEL, environment);
  if (endpoint) return new OpenAiEngine(endpoint, cache ? [answersOf(endpoint, cache)] : []);
  const engine = new TextRankEngine();
  return cache ? new CachedEngine(engine, cache) : engine;
}
