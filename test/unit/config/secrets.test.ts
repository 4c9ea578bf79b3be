import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { configErrorOf } from './faults-of.js';

/** Passwords with every character a url has trouble with; the core makes a chance hit in our own words impossible. */
const password = fc
  .tuple(
    fc.string({ maxLength: 6, unit: 'grapheme' }),
    fc.stringMatching(/^[0-9a-f]{12}$/),
    fc.string({ maxLength: 6 }),
  )
  .map(([before, core, after]) => ({ core: `zq${core}`, text: `${before}zq${core}${after}` }));

const spelled = (text: string, encoded: boolean): string => (encoded ? encodeURIComponent(text) : text);

fc.configureGlobal({ numRuns: 40 });

/** Everything a logger may print of an error. */
function printed(run: () => unknown): string {
  const error = configErrorOf(run);
  return `${error.message}\n${inspect(error, { depth: 9, showHidden: true })}\n${JSON.stringify(error)}`;
}

describe('a password', () => {
  it('is in no message about options', () => {
    fc.assert(
      fc.property(
        password,
        fc.boolean(),
        fc.constantFrom('redis', 'rediss', 'http', 'valkey', ''),
        (secret, encoded, scheme) => {
          const text = spelled(secret.text, encoded);
          const url = `${scheme}://user:${text}@host:6379/0`;
          const wrong: unknown[] = [
            { bad: 1, redis: { url } },
            { bad: 1, redis: { url: `${url}/x?y=1#z` } },
            { bad: 1, redis: { url, password: secret.text, username: secret.text, host: url, port: url, db: url } },
            { bad: 1, redis: url },
            {
              bad: 1,
              backend: url,
              name: [url],
              ttl: url,
              codec: url,
              clock: url,
              http: url,
              operations: url,
              memory: url,
            },
            {
              bad: 1,
              redis: { password: [secret.text], client: url, tls: url, connections: url, commandTimeout: url },
            },
            { [url]: 1, redis: { [url]: 1 }, operations: { [url]: 'x' }, http: { varyBy: [url], tags: url, key: url } },
            url,
            [url],
          ];
          for (const options of wrong) expect(printed(() => validateOptions(options))).not.toContain(secret.core);
        },
      ),
    );
  });

  it('is in no message about variables', () => {
    fc.assert(
      fc.property(password, fc.boolean(), fc.constantFrom('redis', 'http'), (secret, encoded, scheme) => {
        const url = `${scheme}://user:${spelled(secret.text, encoded)}@host:6379/0`;
        const env = {
          REDIS_URL: url,
          REDIS_PASSWORD: secret.text,
          REDIS_USERNAME: secret.text,
          REDIS_HOST: url,
          REDIS_PORT: url,
          REDIS_DB: url,
          REDIS_TLS: url,
          CACHE_BACKEND: url,
          CACHE_ENABLED: url,
          CACHE_MAX_BYTES: url,
          CACHE_DEFAULT_TTL: url,
          CACHE_REFRESH_AHEAD: url,
          CACHE_BACKED: url,
        };
        expect(printed(() => cacheOptionsFromEnv(env))).not.toContain(secret.core);
      }),
    );
  });

  it('is not in the line at start', () => {
    fc.assert(
      fc.property(password, (secret) => {
        const text = encodeURIComponent(secret.text);
        const url = `redis://${text}:${text}@host:6379/0`;
        const sources: CacheModuleOptions[] = [
          { redis: { url } },
          { redis: { host: 'a', username: secret.text, password: secret.text, tls: { passphrase: secret.text } } },
        ];
        for (const options of sources) {
          expect(describeOptions(resolveOptions(validateOptions(options)))).not.toContain(secret.core);
        }
      }),
    );
  });
});
