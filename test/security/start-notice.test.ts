import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheModule, type CacheModuleOptions } from 'nestjs-cached';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { securityNotice } from '../../lib/config/security-notice.js';
import { validateOptions } from '../../lib/config/validate-options.js';

const PLAIN = 'Cache "default": the password for Redis crosses the network in plain text. Use rediss:// or redis.tls.';
const UNVERIFIED =
  'Cache "default": the certificate of Redis is not verified (rejectUnauthorized: false). Name its authority in redis.tls.ca.';

describe('the line at start', () => {
  it.each<[CacheModuleOptions, string | undefined]>([
    [{}, undefined],
    [{ redis: { host: 'redis', password: 'S3CRET' } }, PLAIN],
    [{ redis: { url: 'redis://:S3CRET@redis' } }, PLAIN],
    [{ redis: { url: 'redis://redis', password: 'S3CRET' } }, PLAIN],
    [{ redis: { host: 'redis' } }, undefined],
    [{ redis: { host: '127.0.0.1', password: 'S3CRET' } }, undefined],
    [{ redis: { url: 'redis://:S3CRET@[::1]' } }, undefined],
    [{ redis: { host: 'redis', password: 'S3CRET', tls: true } }, undefined],
    [{ redis: { url: 'REDISS://:S3CRET@redis' } }, undefined],
    [{ redis: { url: 'rediss://redis', tls: { rejectUnauthorized: false } } }, UNVERIFIED],
    [{ redis: { url: 'rediss://localhost', tls: { rejectUnauthorized: false } } }, undefined],
    [{ redis: { host: 'redis', password: 'S3CRET' }, enabled: false }, undefined],
    [{ redis: { host: 'redis', password: 'S3CRET' }, backend: 'memory' }, undefined],
  ])('for %j: %s', (options, notice) => {
    expect(securityNotice(resolveOptions(validateOptions(options)))).toBe(notice);
  });

  it('is a warning in the log', async () => {
    const warnings: unknown[] = [];
    const logger = { log() {}, error() {}, warn: (line: unknown) => void warnings.push(line) };
    // A name that leads nowhere (RFC 6761 section 6.4): nothing has to answer for the line to be written.
    const imports = [CacheModule.forRoot({ redis: { host: 'redis.invalid', password: 'S3CRET' } })];
    const app = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    await app.init();
    await app.close();
    expect(warnings).toEqual([PLAIN]);
  });
});
