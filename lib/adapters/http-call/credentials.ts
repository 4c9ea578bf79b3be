import { sha256 } from '../../support/sha256.js';

/** Headers by which providers, gateways and clouds know an account. No key has them by itself: see `keys/ignored-headers.ts`. */
const NAMES = [
  ...['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key'],
  ...['ocp-apim-subscription-key', 'cookie'],
];

/** A digest of what a request identifies its account by; `undefined` of a request without credentials. */
export function credentialsOf(headers: Headers): string | undefined {
  const found = NAMES.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return found.length === 0 ? undefined : sha256(JSON.stringify(found));
}
