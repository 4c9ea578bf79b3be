import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../../../lib/nest/http/http-exchange.js';
import { whyPersonal, whyUncacheable, type Distinction } from '../../../lib/nest/http/request-policy.js';

const NOTHING: Distinction = { by: 'nothing' };
const byHeaders = (...names: string[]): Distinction => ({ by: 'headers', names });
const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url: '/', headers: {}, ...more });

describe('which requests are not cached at all', () => {
  it('lets plain GET and HEAD through', () => {
    expect(whyUncacheable(request(), {})).toBeUndefined();
    expect(whyUncacheable(request({ method: 'HEAD' }), {})).toBeUndefined();
    expect(
      whyUncacheable(request({ headers: { 'content-length': '0' } }), { 'cache-control': 'public' }),
    ).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY', 'get', ''])('refuses the method %j', (method) => {
    expect(whyUncacheable(request({ method }), {})).toMatch(/method/);
  });

  it.each([
    [{ range: 'bytes=0-1' }, {}, /range/],
    [{ 'content-length': '2' }, {}, /body/],
    [{ 'transfer-encoding': 'chunked' }, {}, /body/],
    [{}, { 'set-cookie': 'a=1' }, /cookie/],
    [{}, { 'cache-control': 'no-store' }, /no-store/],
    [{}, { vary: 'Accept, *' }, /Vary/],
  ])('refuses %j answered with %j', (headers, before, reason) => {
    expect(whyUncacheable(request({ headers }), before)).toMatch(reason);
  });
});

describe('whose requests are not cached', () => {
  it.each(['authorization', 'cookie', 'proxy-authorization', 'x-api-key'])('wants %s taken up', (name) => {
    const carrying = request({ headers: { [name]: 'x' } });
    expect(whyPersonal(carrying, NOTHING)).toContain(name);
    expect(whyPersonal(carrying, byHeaders('accept'))).toContain(name);
    expect(whyPersonal(carrying, byHeaders(name))).toBeUndefined();
    expect(whyPersonal(carrying, { by: 'function' })).toBeUndefined();
  });

  it('wants every one of them taken up, also an empty one', () => {
    const both = request({ headers: { authorization: '', cookie: 'a=1' } });
    expect(whyPersonal(both, byHeaders('cookie'))).toContain('authorization');
    expect(whyPersonal(both, byHeaders('authorization'))).toContain('cookie');
    expect(whyPersonal(both, byHeaders('authorization', 'cookie'))).toBeUndefined();
  });

  it('takes a user for somebody, unless a header that is compared has said who it is', () => {
    expect(whyPersonal(request({ user: { id: 1 } }), NOTHING)).toContain('user');
    expect(whyPersonal(request({ user: {} }), byHeaders('x-token'))).toContain('user');
    expect(whyPersonal(request({ user: { id: 1 } }), { by: 'function' })).toBeUndefined();
    const told = request({ user: { id: 1 }, headers: { authorization: 'x' } });
    expect(whyPersonal(told, byHeaders('authorization'))).toBeUndefined();
    for (const nobody of [undefined, null, false, ''])
      expect(whyPersonal(request({ user: nobody }), NOTHING)).toBeUndefined();
  });

  it('takes a session for somebody once something is in it', () => {
    expect(whyPersonal(request({ session: { cookie: {} } }), NOTHING)).toBeUndefined();
    expect(whyPersonal(request({ session: null }), NOTHING)).toBeUndefined();
    expect(whyPersonal(request({ session: { cookie: {}, userId: 1 } }), NOTHING)).toContain('session');
    expect(whyPersonal(request({ session: 'abc' }), NOTHING)).toContain('session');
  });
});
