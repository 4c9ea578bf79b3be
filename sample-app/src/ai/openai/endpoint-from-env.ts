import type { ModelEndpoint } from './provider-client.js';

/**
 * The endpoint that `OPENAI_BASE_URL` and `OPENAI_API_KEY` tell of; `undefined` where no URL is set.
 *
 * @param modelName the variable that names the model
 * @throws {TypeError} the URL is none, in words for whoever set it
 */
export function endpointFromEnv(
  modelName: string,
  defaultModel: string,
  environment: NodeJS.ProcessEnv,
): ModelEndpoint | undefined {
  // A name that is set to nothing is as good as one that is not set.
  const of = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name]);
  const baseUrl = of('OPENAI_BASE_URL');
  if (!baseUrl) return undefined;
  if (!URL.canParse(baseUrl) || !/^https?:$/u.test(new URL(baseUrl).protocol)) {
    throw new TypeError('OPENAI_BASE_URL must be an http or https URL, such as https://api.openai.com/v1.');
  }
  const apiKey = of('OPENAI_API_KEY');
  return { baseUrl, model: of(modelName) ?? defaultModel, ...(apiKey ? { apiKey } : {}) };
}
