import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../../../lib/nest/http/http-exchange.js';
import type { Distinction } from '../../../lib/nest/http/request-policy.js';
import { uncoveredBy, varyAdded, whyNotStored, type RecordedResponse } from '../../../lib/nest/http/response-policy.js';

const NOTHING: Distinction = { by: 'nothing' };
const request: HttpRequest = { method: 'GET', url: '/', headers: {} };
const response = (more: Partial<RecordedResponse> = {}): RecordedResponse => ({
  status: 200,
  headers: {},
  vary: [],
  isSent: false,
  ...more,
});

describe('which responses are not stored', () => {
  it.each([200, 201, 203, 204, 299])('stores %d', (status) => {
    expect(whyNotStored(request, response({ status }), NOTHING)).toBeUndefined();
  });

  it.each([100, 199, 206, 300, 301, 304, 400, 404, 500, 503])('does not store %d', (status) => {
    expect(whyNotStored(request, response({ status }), NOTHING)).toMatch(/status/);
  });

  it.each([
    [{ isSent: true }, /sent it itself/],
    [{ headers: { 'content-range': 'bytes 0-1/5' } }, /part/],
    [{ headers: { 'set-cookie': ['a=1'] } }, /cookie/],
    [{ headers: { 'cache-control': 'private' } }, /private/],
    [{ headers: { vary: '*' }, vary: ['*'] }, /Vary/],
    [{ headers: { vary: 'Accept' }, vary: ['accept'] }, /accept/],
  ])('does not store %j', (more, reason) => {
    expect(whyNotStored(request, response(more), NOTHING)).toMatch(reason);
  });

  it('does not store what a handler answered that has just logged somebody in', () => {
    expect(whyNotStored({ ...request, session: { cookie: {}, userId: 7 } }, response(), NOTHING)).toMatch(/session/);
  });

  it('takes a function at its word on Vary, except *', () => {
    const varied = response({ headers: { vary: 'accept' }, vary: ['accept'] });
    expect(whyNotStored(request, varied, { by: 'function' })).toBeUndefined();
    expect(whyNotStored(request, varied, { by: 'headers', names: ['accept'] })).toBeUndefined();
    expect(whyNotStored(request, response({ headers: { vary: '*' } }), { by: 'function' })).toMatch(/Vary/);
  });

  it('tells the names that the handler added to Vary from those that were there', () => {
    expect(varyAdded({ vary: 'Origin' }, { vary: 'Origin, Accept' })).toEqual(['accept']);
    expect(varyAdded({ vary: 'Origin' }, { vary: 'origin' })).toEqual([]);
    expect(varyAdded({}, { vary: ['Accept', 'Origin'] })).toEqual(['accept', 'origin']);
    expect(uncoveredBy({ by: 'headers', names: ['accept'] }, ['accept', 'origin'])).toBe('origin');
  });
});
