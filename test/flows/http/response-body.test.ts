import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { StreamableFile } from '@nestjs/common';
import * as fc from 'fast-check';
import { of } from 'rxjs';
import { keptBody } from '../../../lib/nest/http/response-body.js';

class Money {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
}

class Moment {
  constructor(private readonly at: Date) {}
  toJSON(): string {
    return this.at.toISOString();
  }
}

const kept = (body: unknown): unknown => {
  const result = keptBody(body);
  if ('refused' in result) throw new Error(`refused: ${result.refused}`);
  return result.value;
};

describe('what the cache keeps of a body', () => {
  it('keeps plain data as it is', () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true, withBigInt: true }),
        (body) => {
          expect(kept(body)).toEqual(body);
        },
      ),
    );
  });

  it('makes the same JSON, whatever the classes', () => {
    const body = { price: new Money(3, 'EUR'), at: new Moment(new Date(0)), list: [new Money(1, 'USD')] };
    expect(JSON.stringify(kept(body))).toBe(JSON.stringify(body));
    expect(keptBody(body)).toMatchObject({ instanceOf: 'Money' });
    expect(keptBody({ plain: [1] })).toMatchObject({ instanceOf: undefined });
  });

  it('copies, so that a later change of the body is not kept', () => {
    const body = { list: [1] };
    const value = kept(body) as typeof body;
    body.list.push(2);
    expect(value).toEqual({ list: [1] });
  });

  it('keeps Buffers, dates and what else the cache knows', () => {
    for (const body of [
      Buffer.from('x'),
      new Date(5),
      new URL('http://a.b/'),
      new Map([[1, 2]]),
      undefined,
      null,
      '',
      0,
    ]) {
      expect(kept(body)).toBe(body);
    }
  });

  it('does not let a body set a prototype', () => {
    const value = kept(JSON.parse('{"__proto__":{"isAdmin":true}}')) as { isAdmin?: boolean };
    expect(value.isAdmin).toBeUndefined();
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  let deep: unknown = 'end';
  for (let depth = 0; depth < 300; depth++) deep = [deep];

  it.each<[string, unknown, string]>([
    ['a StreamableFile', new StreamableFile(Buffer.from('x')), '$ is a StreamableFile'],
    ['a Node stream', Readable.from([]), '$ is a stream'],
    ['a web stream', new ReadableStream(), '$ is a stream'],
    ['a web Response', new Response('x'), '$ is a Response'],
    ['a Blob', new Blob([]), '$ is a Blob'],
    ['an async generator', (async function* () {})(), '$ is an async iterable'],
    ['an Observable inside', { events: of(1) }, '$.events is an Observable'],
    ['a promise inside', { later: Promise.resolve(1) }, '$.later is a promise'],
    ['a function', { run: () => 1 }, '$.run is a function'],
    ['a symbol', [Symbol('x')], '$[0] is a symbol'],
    ['a circle', circle, '$.self is circular'],
    ['a pit', deep, 'nested more than 256 levels deep'],
  ])('refuses %s', (_name, body, reason) => {
    expect(keptBody(body)).toEqual({ refused: expect.stringContaining(reason) as unknown });
  });

  it('refuses what throws when it is read', () => {
    const body = {
      get trap(): never {
        throw new Error('not loaded');
      },
    };
    expect(keptBody(body)).toEqual({ refused: 'it cannot be read (not loaded)' });
  });

  it('keeps the same object twice where it stands twice', () => {
    const shared = { a: 1 };
    expect(kept([shared, shared])).toEqual([shared, shared]);
  });
});
