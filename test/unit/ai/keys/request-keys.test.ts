import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';

import type { AiRequest } from '../../../../lib/ai/ai-request.js';
import { PreparedRequest } from '../../../../lib/ai/keys/prepared-request.js';
import { RequestKeys } from '../../../../lib/ai/keys/request-keys.js';
import { tierOfKey } from '../../../../lib/ai/keys/size-tier.js';
import { CacheTenantError, CacheUsageError } from '../../../../lib/support/errors.js';

const keys = new RequestKeys();
const keyOf = (request: AiRequest): string => keys.prepare(request).key;
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '"',
    ':',
    '\\',
    '"-"',
    'a',
    'a:b',
    '#',
    'small',
    '":small:"',
    '\ud800',
    '\udc00',
    '\n',
    '{}',
  ),
  fc.string({
    unit: fc.constantFrom('"', ':', '\\', '-', '\n', '=', '.', '[', ']', '\ud83d', '\ude00', 'a'),
    maxLength: 5,
  }),
);
const scalar = fc.oneof(hostile, fc.constantFrom(0, -0, 1, true, false, null, undefined, Number.NaN, 1n, '0', 'null'));
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(hostile, tie('value'), { maxKeys: 3 }),
  ),
}));
const options = fc.record(
  {
    model: hostile,
    temperature: fc.constantFrom(0, 1, null, undefined, '0'),
    messages: fc.array(fc.record({ role: fc.constantFrom('user', 'system'), content: json }), { maxLength: 2 }),
    extra: json,
    '': json,
  },
  { requiredKeys: [] },
);
const request: fc.Arbitrary<AiRequest> = fc.record(
  { operation: hostile.filter((name) => name !== ''), text: hostile, question: hostile, options },
  { requiredKeys: ['operation'] },
);

/** What the keys must agree with: the request without what no client sends. */
function sent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sent);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return new Map(entries.map(([name, inner]) => [name, sent(inner)]));
}

describe('RequestKeys', () => {
  it('has a readable head', () => {
    expect(keyOf({ operation: 'summarize', text: 'Hello' })).toBe('summarize:small:-:"Hello":-:-');
    expect(keyOf({ operation: 'answer', text: '', question: 'why?', options: { model: 'gpt-5' } })).toBe(
      `answer:small:gpt-5:"":"why?":${sha256('options.model=gpt-5\n')}`,
    );
  });

  it('spells a model so that it ends where it seems to', () => {
    const headWith = (model: string): string => keyOf({ operation: 'a', options: { model } }).slice(0, -65);
    expect(headWith('-')).toBe('a:small:"-":-:-');
    expect(headWith('a:b')).toBe('a:small:"a:b":-:-');
    expect(headWith('a"b')).toBe('a:small:"a\\"b":-:-');
  });

  it('gives two requests one key exactly when they ask the same', () => {
    fc.assert(
      fc.property(request, request, (a, b) => {
        const alike = isDeepStrictEqual(sent({ options: {}, ...a }), sent({ options: {}, ...b }));
        expect(keyOf(a) === keyOf(b)).toBe(alike);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells requests apart that differ in one place', () => {
    fc.assert(
      fc.property(
        request,
        json,
        json,
        fc.constantFrom('temperature', 'seed', 'tools', 'promptVersion'),
        (base, a, b, name) => {
          const [first, second] = [a, b].map((value) =>
            keyOf({ ...base, options: { ...base.options, [name]: value } }),
          );
          expect(first === second).toBe(isDeepStrictEqual(sent({ a }), sent({ a: b })));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('tells absent, null, 0, an empty text and a default apart, and takes undefined for absent', () => {
    const all = [
      {},
      { temperature: null },
      { temperature: 0 },
      { temperature: '' },
      { temperature: 1 },
      { temperature: {} },
    ];
    expect(new Set(all.map((given) => keyOf({ operation: 'a', options: given }))).size).toBe(all.length);
    expect(keyOf({ operation: 'a', options: { temperature: undefined } })).toBe(keyOf({ operation: 'a' }));
    expect(keyOf({ operation: 'a', text: '' })).not.toBe(keyOf({ operation: 'a' }));
    expect(keyOf({ operation: 'a', question: '-' })).not.toBe(keyOf({ operation: 'a' }));
  });

  it('tells roles, their order and the boundaries of parts apart', () => {
    const user = (content: unknown): unknown => ({ role: 'user', content });
    const text = (value: string): unknown => ({ type: 'text', text: value });
    const conversations = [
      [user('ab')],
      [user('a'), user('b')],
      [user('b'), user('a')],
      [{ role: 'system', content: 'ab' }],
      [user([text('ab')])],
      [user([text('a'), text('b')])],
      [user([[text('a')], text('b')])],
      { 0: user('ab') },
    ];
    const made = conversations.map((messages) => keyOf({ operation: 'chat', options: { messages } }));
    expect(new Set(made).size).toBe(conversations.length);
  });

  it('knows no order of properties', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, json, { maxKeys: 5 }), (given) => {
        const turned = Object.fromEntries(Object.entries(given).reverse());
        const of = (extra: unknown): string => keyOf({ operation: 'a', options: { extra, model: 'm' } });
        expect(of(turned)).toBe(of(given));
      }),
    );
  });

  it('puts long texts into the key as a digest of their UTF-8', () => {
    const text = 'é'.repeat(1000);
    expect(keyOf({ operation: 'a', text })).toBe(`a:medium:-:#${sha256(text)}.1000:-:-`);
    expect(keyOf({ operation: 'a', text: text.slice(1) })).toContain('"ééé');
    const always = new RequestKeys({ textHashThreshold: 0 });
    expect(always.prepare({ operation: 'a', text: 'b', question: '' }).key).toBe(
      `a:small:-:#${sha256('b')}.1:#${sha256('')}.0:-`,
    );
  });

  it('takes a text of 50 million characters and no longer one', () => {
    const text = 'a'.repeat(50_000_000);
    expect(keyOf({ operation: 'a', text })).toBe(`a:huge:-:#${sha256(text)}.50000000:-:-`);
    expect(() => keyOf({ operation: 'a', text: `${text}a` })).toThrow(/text has 50000001 characters.*maxTextLength/);
    expect(() => new RequestKeys({ maxTextLength: 2 }).prepare({ operation: 'a', question: 'abc' })).toThrow(
      'question',
    );
  });

  it('says the tier at a fixed place, whatever the operation is called', () => {
    const tiers = new RequestKeys({ sizeTiers: { small: 1, medium: 2, large: 3 } });
    const tierOf = (text: string): string => tiers.prepare({ operation: 'a', text }).tier;
    expect(['', 'a', 'aa', 'aaa', 'aaaa'].map(tierOf)).toEqual(['small', 'small', 'medium', 'large', 'huge']);
    fc.assert(
      fc.property(request, (given) => {
        const prepared = keys.prepare(given);
        expect(tierOfKey(prepared.key)).toBe(prepared.tier);
      }),
    );
    expect(tierOfKey(tiers.prepare({ operation: '":small:', text: 'aaaa' }).key)).toBe('huge');
    expect(['', 'summarize', 'Users:find:1', 'a:tiny:-'].map(tierOfKey)).toEqual(Array(4).fill(undefined));
  });

  it('tags by operation in one spelling, and by model, so that no name passes for another', () => {
    const prepared = keys.prepare({
      operation: 'Key-Points',
      options: { model: { modelId: 'a:b', provider: 'c' } },
      tenant: 't',
    });
    expect(prepared).toMatchObject({ operation: 'Key-Points', operationName: 'keypoints', model: 'a:b', tenant: 't' });
    expect(prepared.tags).toEqual(['operation:keypoints', 'model:"a:b"']);
    expect(keys.prepare({ operation: 'a' }).tags).toEqual(['operation:a']);
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const [first, second] = [a, b].map((model) => keys.prepare({ operation: 'a', options: { model } }).tags[1]);
        expect(first === second).toBe(a === b);
      }),
    );
  });

  it('takes a prepared request as it is', () => {
    const prepared = keys.prepare({ operation: 'a', text: 'b' });
    expect(prepared).toBeInstanceOf(PreparedRequest);
    expect(new RequestKeys({ textHashThreshold: 0 }).prepare(prepared)).toBe(prepared);
  });

  it.each([
    [null, 'object with an operation'],
    [{}, 'operation'],
    [{ operation: '' }, 'operation must be a string that is not empty; got an empty string'],
    [{ operation: 5 }, 'operation'],
    [{ operation: 'a', text: null }, 'text must be a string; got null'],
    [{ operation: 'a', text: 5 }, 'text'],
    [{ operation: 'a', question: ['b'] }, 'question must be a string; got an array'],
    [{ operation: 'a', options: null }, 'options'],
    [{ operation: 'a', options: [] }, 'options'],
    [{ operation: 'a', options: new Map([['model', 'b']]) }, 'options'],
    [{ operation: 'a', model: 'b' }, 'unknown field "model"'],
  ])('refuses %j, naming the field', (given, message) => {
    const prepare = (): unknown => keys.prepare(given as never);
    expect(prepare).toThrow(CacheUsageError);
    expect(prepare).toThrow(message);
  });

  it('asks for a tenant where one is required', () => {
    const strict = new RequestKeys({ tenant: { required: true } });
    expect(() => strict.prepare({ operation: 'a' })).toThrow(CacheTenantError);
    expect(strict.prepare({ operation: 'a', tenant: 'b' }).tenant).toBe('b');
    expect(() => keys.prepare({ operation: 'a', tenant: '' })).toThrow(CacheTenantError);
    expect(() => keys.prepare({ operation: 'a', tenant: 5 as never })).toThrow(/tenant must be a string/);
  });

  it.each([
    [{ textHashThreshold: -1 }, 'textHashThreshold'],
    [{ maxTextLength: Number.NaN }, 'maxTextLength'],
    [{ sizeTiers: { small: 6000 } }, 'sizeTiers'],
    [{ sizeTiers: { large: '1' as never } }, 'sizeTiers.large'],
    [{ ignore: ['a..b'] }, 'ignore'],
  ])('refuses the options %j', (given, message) => {
    const make = (): unknown => new RequestKeys(given);
    expect(make).toThrow(CacheUsageError);
    expect(make).toThrow(message);
  });
});
