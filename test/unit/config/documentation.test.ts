import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CompressionFields } from '../../../lib/config/compression.options.js';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { DiskFields } from '../../../lib/config/disk.options.js';
import { EncryptionFields } from '../../../lib/config/encryption.options.js';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { cacheOptionsFromFile } from '../../../lib/config/from-file.js';
import { HttpFields } from '../../../lib/config/http.options.js';
import { LeaseFields } from '../../../lib/config/lease.options.js';
import { MemoryFields } from '../../../lib/config/memory.options.js';
import { ModuleFields } from '../../../lib/config/module.options.js';
import { BreakerFields, JournalFields } from '../../../lib/config/resilience.options.js';
import { RedisFields } from '../../../lib/config/redis.options.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { StreamFields } from '../../../lib/config/stream.options.js';
import { TenantFields } from '../../../lib/config/tenant.options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { configErrorOf } from './faults-of.js';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] => {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map((match) => match[1]!);
};
/** `[variable, option, example]` of each row of the table. */
const variables = [...page.matchAll(/^\| `([A-Z_]+(?:<OPERATION>)?)` +\| `([\w.]+)` +\| `([^`]+)` +\|$/gm)].map(
  ([, name, option, example]) => [name!.replace('<OPERATION>', 'OCR'), option!, example!] as const,
);

describe('docs/configuration.md', () => {
  it('names every option', () => {
    const groups = {
      memory: MemoryFields,
      redis: RedisFields,
      disk: DiskFields,
      compression: CompressionFields,
      encryption: EncryptionFields,
      lease: LeaseFields,
      streams: StreamFields,
      breaker: BreakerFields,
      journal: JournalFields,
      tenant: TenantFields,
    };
    const paths = [
      ...Object.keys(new ModuleFields()),
      ...Object.entries(groups).flatMap(([group, Fields]) =>
        Object.keys(new Fields()).map((name) => `${group}.${name}`),
      ),
      ...['ttl', 'key', 'varyBy', 'tags', 'cache'].map((name) => `http.${name}`),
    ];
    expect(Object.keys(new HttpFields())).toEqual(expect.arrayContaining(['key', 'varyBy', 'tags', 'cache']));
    expect(paths.filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
  });

  it('shows files that load', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nestjs-cached-docs-'));
    try {
      for (const language of ['yaml', 'json']) {
        const [text] = blocks(language);
        const path = join(folder, `cache.${language}`);
        writeFileSync(path, text!);
        expect(validateOptions(cacheOptionsFromFile(path)).namespace).toBe('shop');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has a table of variables', () => {
    expect(variables).toHaveLength(59);
  });

  it.each(variables)('is right that %s sets %s, such as %s', (name, option, example) => {
    // REDIS_HOST turns Redis on; another address must not stand beside it.
    const isAddress = ['redis.url', 'redis.path', 'redis.nodes', 'redis.sentinels'].includes(option);
    const around = name.startsWith('REDIS_SENTINEL')
      ? { REDIS_SENTINELS: 'localhost' }
      : name.startsWith('REDIS_') && !isAddress
        ? { REDIS_HOST: 'localhost' }
        : {};
    const password = name.endsWith('_USERNAME') ? { REDIS_PASSWORD: 'secret', REDIS_SENTINEL_PASSWORD: 'secret' } : {};
    const options: unknown = cacheOptionsFromEnv({ ...around, ...password, [name]: example });
    const value = option.split('.').reduce<unknown>((at, step) => Reflect.get(Object(at) as object, step), options);
    expect(value).toBeDefined();
  });

  it('prints the error and the line at start as they are', () => {
    const [line, error] = blocks('text');
    const options = { namespace: 'shop', ttl: '5m', redis: { url: 'redis://localhost' } } as const;
    expect(`${describeOptions(resolveOptions(options))}\n`).toBe(line);
    const wrong = {
      ttl: '5m',
      redis: { url: 'redis://localhost', port: 6380, commandTimeout: 0 },
      memory: { maxEntries: Infinity },
      fallbackTtl: 0,
    };
    expect(`${configErrorOf(() => validateOptions(wrong)).message}\n`).toBe(error);
  });
});
