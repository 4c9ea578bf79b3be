import type { AiEngine } from './ai-engine.js';
import { OpenAiEngine } from './openai/openai-engine.js';
import { TextRankEngine } from './text-rank/text-rank-engine.js';

const DEFAULT_MODEL = 'gpt-4o-mini';

/**
 * The model behind `OPENAI_BASE_URL`, with `OPENAI_API_KEY` and `OPENAI_MODEL`; the local engine where no URL is set.
 *
 * @throws {TypeError} the URL is none, in words for whoever set it
 */
export function engineFromEnv(environment: NodeJS.ProcessEnv = process.env): AiEngine {
  // A name that is set to nothing is as good as one that is not set.
  const of = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name]);
  const baseUrl = of('OPENAI_BASE_URL');
  if (!baseUrl) return new TextRankEngine();
  if (!URL.canParse(baseUrl) || !/^https?:$/u.test(new URL(baseUrl).protocol)) {
    throw new TypeError('OPENAI_BASE_URL must be an http or https URL, such as https://api.openai.com/v1.');
  }
  const apiKey = of('OPENAI_API_KEY');
  const model = of('OPENAI_MODEL') ?? DEFAULT_MODEL;
  return new OpenAiEngine({ baseUrl, model, ...(apiKey ? { apiKey } : {}) });
}
