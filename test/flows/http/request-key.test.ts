import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { HttpRequest } from '../../../lib/nest/http/http-exchange.js';
import { canonicalKey } from '../../../lib/core/canonical-key.js';
import { requestKeyOf } from '../../../lib/nest/http/request-key.js';
import type { RoutePlan } from '../../../lib/nest/http/route-plan.js';

const plan = (more: Partial<RoutePlan> = {}): RoutePlan => ({
  label: 'Cats.find',
  identity: '[Cats,find]',
  cache: undefined,
  key: undefined,
  varyBy: [],
  tags: undefined,
  stored: undefined,
  setsVary: false,
  ...more,
});
const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: '/cats?a=1',
  protocol: 'http',
  headers: { host: 'a.b' },
  ...more,
});
const keyOf = (of: RoutePlan, from: HttpRequest): string | undefined => requestKeyOf(of, from)?.key;

describe('the key of a request', () => {
  it('is readable', () => {
    expect(keyOf(plan(), request())).toBe('http-route:[GET,http,a.b,"/cats?a=1",{},[Cats,find],{}]');
    expect(keyOf(plan({ key: () => 'cats:1' }), request())).toBe('http:cats:1');
  });

  it('tells method, scheme, host, URL, forwarded host, handler and version apart', () => {
    const others = [
      keyOf(plan(), request({ method: 'HEAD' })),
      keyOf(plan(), request({ protocol: 'https' })),
      keyOf(plan(), request({ headers: { host: 'evil.b' } })),
      keyOf(plan(), request({ headers: {} })),
      keyOf(plan(), request({ headers: { ':authority': 'c.d' } })),
      keyOf(plan(), request({ headers: { host: 'a.b', 'x-forwarded-host': 'evil.b' } })),
      keyOf(plan(), request({ url: '/cats?a=2' })),
      keyOf(plan(), request({ originalUrl: '/api/cats?a=1' })),
      keyOf(plan({ identity: '[Dogs,find]' }), request()),
      keyOf(plan({ identity: '[Cats,find,"2"]' }), request()),
      keyOf(plan(), request()),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('takes the query as sent: its order is the handler’s to judge', () => {
    expect(keyOf(plan(), request({ url: '/?a=1&b=2' }))).not.toBe(keyOf(plan(), request({ url: '/?b=2&a=1' })));
  });

  it('tells an absent header from an empty one, by name and not by place', () => {
    const varied = plan({ varyBy: ['accept', 'x-tenant'] });
    const keys = [
      {},
      { 'x-tenant': '' },
      { accept: '' },
      { 'x-tenant': 'undefined' },
      { accept: 'a', 'x-tenant': 'b' },
      { accept: 'b', 'x-tenant': 'a' },
    ].map((headers) => keyOf(varied, request({ headers })));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the canonical text of what it is made of, whatever that is', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', 'true', '-0', 'x'.repeat(2_000)));
    const list = fc.oneof(text, fc.array(text), fc.constant(undefined));
    fc.assert(
      fc.property(text, text, list, list, (url, host, forwarded, tenant) => {
        const headers = { host, 'x-forwarded-host': forwarded, 'x-tenant': tenant } as HttpRequest['headers'];
        const known = (name: string, value: unknown): object => (value === undefined ? {} : { [name]: value });
        const parts = ['GET', 'http', host, url, known('x-forwarded-host', forwarded), ['Cats', 'find']];
        const varied = known('x-tenant', tenant);
        expect(keyOf(plan({ varyBy: ['x-tenant'] }), request({ url, headers }))).toBe(
          `http-route:${canonicalKey([...parts, varied], 'parts')}`,
        );
        expect(keyOf(plan({ varyBy: () => [tenant] }), request({ url, headers }))).toBe(
          `http-route:${canonicalKey([...parts, [tenant]], 'parts')}`,
        );
      }),
    );
  });

  it('is the same whoever has asked before', () => {
    const asked = fc.record({
      method: fc.constantFrom('GET', 'HEAD'),
      protocol: fc.constantFrom('http', 'https', undefined),
      host: fc.constantFrom('a.b', 'c.d', undefined),
      forwarded: fc.constantFrom(undefined, undefined, 'e.f'),
      tenant: fc.constantFrom(undefined, undefined, 't'),
      url: fc.oneof(fc.constantFrom('/', '/a', '/' + 'x'.repeat(300)), fc.nat(600).map(String)),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 900, size: 'max' }), (sequence) => {
        const one = plan({ varyBy: ['x-tenant'] });
        for (const { host, forwarded, tenant, ...more } of sequence) {
          const headers = { host, 'x-forwarded-host': forwarded, 'x-tenant': tenant };
          const asking = request({ ...more, headers });
          expect(keyOf(one, asking)).toBe(keyOf(plan({ varyBy: ['x-tenant'] }), asking));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('cannot be spelled by another request', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('","', '],{},[', 'http-route:', '\\"', '#'));
    const parts = fc.record({ url: text, host: text, tenant: fc.option(text, { nil: undefined }) });
    const varied = plan({ varyBy: ['x-tenant'] });
    const of = ({ url, host, tenant }: { url: string; host: string; tenant: string | undefined }): string | undefined =>
      keyOf(varied, request({ url, headers: { host, ...(tenant !== undefined && { 'x-tenant': tenant }) } }));
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const isSame = a.url === b.url && a.host === b.host && a.tenant === b.tenant;
        expect(of(a) === of(b)).toBe(isSame);
      }),
    );
  });

  it('cannot be spelled by a custom key, nor a HEAD request’s by a GET request’s', () => {
    const given = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(given, given, (a, b) => {
        const get = keyOf(plan({ key: () => a }), request());
        const head = keyOf(plan({ key: () => b }), request({ method: 'HEAD' }));
        const value = keyOf(plan({ key: () => [b] }), request());
        const route = keyOf(plan(), request({ url: b }));
        expect(new Set([get, head, value, route]).size).toBe(4);
      }),
    );
  });

  it('is none where the key function says nothing: that would be one key for everybody', () => {
    for (const nothing of [undefined, null, ''])
      expect(requestKeyOf(plan({ key: () => nothing }), request())).toBeUndefined();
    expect(keyOf(plan({ key: () => 0 }), request())).toBe('http-value:0');
  });

  it('says how far it tells requests apart', () => {
    const distinctionOf = (more: Partial<RoutePlan>): unknown => requestKeyOf(plan(more), request())?.distinction;
    expect(distinctionOf({})).toEqual({ by: 'nothing' });
    expect(distinctionOf({ varyBy: ['accept'] })).toEqual({ by: 'headers', names: ['accept'] });
    expect(distinctionOf({ varyBy: () => 'x' })).toEqual({ by: 'function' });
    expect(distinctionOf({ varyBy: () => undefined })).toEqual({ by: 'nothing' });
    expect(distinctionOf({ key: () => 'x' })).toEqual({ by: 'function' });
  });

  it('throws what the functions throw, and for values without an identity', () => {
    const broken = (): never => {
      throw new Error('no user');
    };
    expect(() => requestKeyOf(plan({ key: broken }), request())).toThrow('no user');
    expect(() => requestKeyOf(plan({ varyBy: broken }), request())).toThrow('no user');
    expect(() => requestKeyOf(plan({ key: () => Promise.resolve('x') }), request())).toThrow(/the key/);
    expect(() => requestKeyOf(plan({ varyBy: () => ({ run: () => 1 }) }), request())).toThrow(/what varyBy gives/);
  });
});
