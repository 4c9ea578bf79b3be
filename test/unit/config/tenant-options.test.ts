import { describe, expect, it } from '@jest/globals';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions, TenantOptions } from '../../../lib/contracts/options.js';
import { faultsOf } from './faults-of.js';

const faults = (options: unknown): Record<string, string> => faultsOf(() => validateOptions(options));

describe('tenant', () => {
  it.each<[TenantOptions | undefined]>([
    [undefined],
    [{}],
    [{ required: true }],
    [{ required: undefined, resolve: undefined }],
    [{ resolve: () => 'acme', required: false }],
  ])('lets %p pass', (tenant) => expect(faults({ tenant })).toEqual({}));

  it.each<[unknown, Record<string, string>]>([
    ['acme', { tenant: 'must be an object of options; got a string.' }],
    [() => 'acme', { tenant: 'must be an object of options; got a function.' }],
    [null, { tenant: 'must be an object of options; got null.' }],
    [{ required: 'yes' }, { 'tenant.required': 'must be true or false; got "yes".' }],
    [{ required: null }, { 'tenant.required': 'must be true or false; got null.' }],
    [{ resolve: 'acme' }, { 'tenant.resolve': 'must be a function; got a string.' }],
    [{ resolver: () => 'acme' }, { 'tenant.resolver': 'is no option. Did you mean `tenant.resolve`?' }],
    [
      { required: 1, resolve: {} },
      {
        'tenant.required': 'must be true or false; got 1.',
        'tenant.resolve': 'must be a function; got an object.',
      },
    ],
  ])('%p is a fault', (tenant, found) => expect(faults({ tenant })).toEqual(found));

  it('asks nobody where nothing is said', () => {
    for (const tenant of [undefined, {}, { required: false }])
      expect(resolveOptions({ tenant }).tenant).toBeUndefined();
  });

  it('is asked as the object it stands in', () => {
    class Context implements TenantOptions {
      private readonly name = 'acme';
      resolve(): string {
        return this.name;
      }
    }
    expect(resolveOptions({ tenant: new Context() }).tenant?.resolve?.()).toBe('acme');
  });

  it.each<[CacheModuleOptions, string]>([
    [{ tenant: { required: true } }, ', tenant named by each call, required, ttl 1h'],
    [{ tenant: { resolve: () => 'acme' } }, ', tenant resolved for each call, ttl 1h'],
    [{ tenant: { resolve: () => 'acme', required: true } }, ', tenant resolved for each call, required, ttl 1h'],
    [{ tenant: {} }, 'isolation clone), ttl 1h'],
  ])('of %p is told at start: %s', (options, text) => expect(describeOptions(resolveOptions(options))).toContain(text));
});
