import { APICallError } from 'ai';
import { AiProviderError } from './ai-provider.error.js';
import { statusError } from './provider-client.js';

/**
 * What the SDK has failed with, in words that hold no prompt, no answer and no key; its own errors hold them all. One that the
 * caller's own signal has caused stays what it is.
 */
export function providerErrorOf(error: unknown, signal: AbortSignal, limit: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AiProviderError) return error;
  if (limit.aborted) return unreachable('did not answer in time', error);
  if (APICallError.isInstance(error)) return callError(error);
  if (isNetworkFailure(error)) return unreachable('cannot be reached, or hung up', error);
  if (nameOf(error) === 'AI_InvalidResponseDataError') {
    return new AiProviderError('cut', 'The answer of the model stopped before its end.');
  }
  return malformed();
}

function callError({ statusCode, responseHeaders, cause }: APICallError): AiProviderError {
  if (statusCode === undefined || (statusCode < 300 && isNetworkFailure(cause))) {
    return unreachable('cannot be reached, or hung up', cause);
  }
  if (statusCode >= 300) return statusError(statusCode, responseHeaders?.['retry-after']);
  return malformed();
}

/** What `fetch` fails with, and what is read from a connection that breaks. */
const isNetworkFailure = (error: unknown): boolean => nameOf(error) === 'TypeError';

/** By its name: `fetch` may be of another realm than this file. */
const nameOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;

const unreachable = (reason: string, cause: unknown): AiProviderError =>
  new AiProviderError('unreachable', `The provider of the model ${reason}.`, { cause });

const malformed = (): AiProviderError =>
  new AiProviderError('malformed', 'The provider of the model answered with no chat completion.');
