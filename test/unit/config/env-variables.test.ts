import { describe, expect, it } from '@jest/globals';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { faultsOf } from './faults-of.js';

const faults = (env: Record<string, string | undefined>): Record<string, string> =>
  faultsOf(() => cacheOptionsFromEnv(env));

describe('the text of a variable', () => {
  it.each([
    ['3600', 3_600_000],
    ['0', 0],
    ['0.5', 500],
    [' 30 ', 30_000],
    ['500ms', 500],
    ['5m', 300_000],
    ['7d', 604_800_000],
    ['Infinity', Infinity],
  ])('takes the ttl %p for %p ms', (text, ms) => {
    expect(cacheOptionsFromEnv({ CACHE_DEFAULT_TTL: text }).ttl).toBe(ms);
  });

  it.each(['-1', '1e3', '5 min', '1w', 'NaN', '0x10', '1,5', '--'])('refuses the ttl %p', (text) => {
    expect(faults({ CACHE_DEFAULT_TTL: text })).toEqual({
      CACHE_DEFAULT_TTL: `must be a duration; got "${text}". Use seconds (0 or more), or 500ms, 30s, 5m, 2h, 7d.`,
    });
  });

  it.each([
    ['1024', 1_024],
    ['512kb', 524_288],
    ['64mb', 67_108_864],
    ['64 MiB', 67_108_864],
    ['1.5GB', 1_610_612_736],
    ['10b', 10],
  ])('takes %p for %p bytes', (text, bytes) => {
    expect(cacheOptionsFromEnv({ CACHE_MAX_BYTES: text }).memory?.maxBytes).toBe(bytes);
  });

  it.each(['64tb', 'mb', '-1', '0', '0.5', '1.0001kb'])('refuses %p bytes', (text) => {
    expect(Object.keys(faults({ CACHE_MAX_BYTES: text }))).toEqual(['CACHE_MAX_BYTES']);
  });

  it.each([
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['off', false],
    ['No', false],
    ['0', false],
  ])('takes the switch %p for %p', (text, value) => {
    expect(cacheOptionsFromEnv({ CACHE_ENABLED: text }).enabled).toBe(value);
  });

  it.each([
    ['true', true],
    ['0', 0],
    ['1.5', 1.5],
    ['off', false],
  ])('takes refresh ahead %p for %p', (text, value) => {
    expect(cacheOptionsFromEnv({ CACHE_REFRESH_AHEAD: text }).refreshAhead).toBe(value);
  });
});

describe('the name of a variable', () => {
  it.each([
    ['CACHE_DEFUALT_TTL', 'CACHE_DEFAULT_TTL'],
    ['CACHE_DEFAULT_TLL', 'CACHE_DEFAULT_TTL'],
    ['CACHE_NAMESPCE', 'CACHE_NAMESPACE'],
    ['CACHE_BACKED', 'CACHE_BACKEND'],
    ['CACHE_MAX_ENTRY', undefined],
    ['CACHE_MAX_ENTRIS', 'CACHE_MAX_ENTRIES'],
    ['CACHE_TLT_OCR', 'CACHE_TTL_OCR'],
    ['cache_default_ttl', 'CACHE_DEFAULT_TTL'],
    ['CACHE_LEASE_TLT', 'CACHE_LEASE_TTL'],
    ['CACHE_LEASE_WAIT_TIMOUT', 'CACHE_LEASE_WAIT_TIMEOUT'],
    ['CACHE_DIR', undefined],
    ['CACHE_MODE', undefined],
    ['CACHE_HOST', undefined],
    ['CACHE_TTL', undefined],
    ['CACHE_', undefined],
    ['CACHE_URL_OLD', undefined],
    ['MY_CACHE_DEFUALT_TTL', undefined],
    ['REDIS_URI', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ])('takes %s for a misspelling of %s', (name, meant) => {
    const env = Object.fromEntries([[name, '5']]);
    expect(faults(env)).toEqual(meant === undefined ? {} : { [name]: `is not known. Did you mean ${meant}?` });
    expect(faults(Object.fromEntries([[name, '']]))).toEqual({});
  });
});
