import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addExtension, pack } from 'msgpackr';

import { jsonCodec } from '../../lib/codecs/json.codec.js';
import { loadMsgpackCodec } from '../../lib/codecs/msgpack.codec.js';
import type { Codec } from '../../lib/contracts/codec.js';
import { CacheFormatError, CacheValueError } from '../../lib/support/errors.js';
import { takeSnapshot } from '../../lib/support/snapshot.js';
import { jsonData, richValue, seen } from '../support/rich-values.js';

let codec: Codec;
beforeAll(async () => {
  codec = await loadMsgpackCodec();
});

const hex = (value: unknown): string => Buffer.from(codec.encode(value)).toString('hex');
const roundTrip = (value: unknown): unknown => codec.decode(codec.encode(value));
const kept = (value: unknown): unknown => takeSnapshot(value, { classInstances: 'plain' }).value;

/** What a decode of anything may do: make a value, or throw that one error. */
function outcome(bytes: Uint8Array): 'value' | 'refused' {
  try {
    codec.decode(bytes);
    return 'value';
  } catch (error) {
    expect(error).toBeInstanceOf(CacheFormatError);
    return 'refused';
  }
}

describe('the msgpack codec', () => {
  it('has its place in the header', () => {
    expect([codec.name, codec.id]).toEqual(['msgpack', 2]);
  });

  it('writes data that MessagePack has as plain MessagePack', () => {
    expect(hex({ id: 1, tags: ['a'], at: null, ok: true, price: 1.5 })).toBe(
      '85a2696401a47461677391a161a26174c0a26f6bc3a57072696365cb3ff8000000000000',
    );
    fc.assert(fc.property(jsonData, (value) => expect(seen(roundTrip(value))).toEqual(seen(value))));
  });

  it('gives back every kind of value, as the json codec does', () => {
    fc.assert(
      fc.property(fc.oneof(richValue, jsonData), (value) => {
        const snapshot = kept(value);
        const back = roundTrip(snapshot);
        expect(seen(back)).toEqual(seen(snapshot));
        expect(seen(back)).toEqual(seen(jsonCodec.decode(jsonCodec.encode(snapshot))));
      }),
      { numRuns: 1_000 },
    );
  });

  it('never takes data for a tag', () => {
    for (const value of [
      { '$nc:Date': 0 },
      { '$nc:Object': { '$nc:undefined': 0 } },
      { '$nc:': 1 },
      [{ '$nc:Map': [[1, { '$nc:Set': [new Date(1)] }]] }],
      { '$nc:a': 1, '$nc:b': 2 },
      { '$nc:a': 1, b: new Map([['$nc:Set', 1]]) },
    ]) {
      expect(seen(roundTrip(value))).toEqual(seen(value));
    }
  });

  it('keeps keys and text that mean something elsewhere', () => {
    const value: unknown = JSON.parse(
      '{"__proto__":{"admin":true},"constructor":1,"hasOwnProperty":2,"toJSON":3,"\\ud800":"\\udfff","1":"\\ud83e"}',
    );
    const back = roundTrip(value) as { admin?: boolean };
    expect(seen(back)).toEqual(seen(value));
    expect(back.admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(seen(roundTrip([{ constructor: 1 }, { toJSON: 1 }, { hasOwnProperty: 1 }]))).toEqual(
      seen([{ constructor: 1 }, { toJSON: 1 }, { hasOwnProperty: 1 }]),
    );
  });

  it('keeps numbers at their edges, and objects of more than 65,535 names', () => {
    const numbers = [2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 31) - 1, -33, 127, 128, 5e-324, 0.1, -0, Number.NaN, Infinity];
    expect(seen(roundTrip(numbers))).toEqual(seen(numbers));
    const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`k${index}`, index]));
    expect(roundTrip(many)).toEqual(many);
    expect(roundTrip('x'.repeat(70_000))).toBe('x'.repeat(70_000));
  });

  it('gives binary data memory of its own', () => {
    const bytes = codec.encode({ buffer: Buffer.from('abc'), floats: new Float32Array([1, 2]) });
    const back = codec.decode(bytes) as { buffer: Buffer; floats: Float32Array };
    bytes.fill(0);
    expect(back.buffer.toString()).toBe('abc');
    expect(back.buffer.buffer.byteLength).toBe(3);
    expect([...back.floats]).toEqual([1, 2]);
    expect(back.floats.buffer.byteLength).toBe(8);
  });

  it('takes values as they are under isolation share: instances, holes, boxed primitives, frozen data', () => {
    class User {
      at = new Date(1);
    }
    const value: unknown[] = [new User()];
    value[2] = Object(1);
    value[3] = Object.freeze([Object.freeze({})]);
    expect(seen(roundTrip(value))).toEqual(seen([{ at: new Date(1) }, undefined, 1, [{}]]));
    expect(() => codec.encode({ a: () => 1 })).toThrow(CacheValueError);
  });

  it('is not changed by what the application teaches msgpackr', () => {
    class Money {
      constructor(readonly cents: number) {}
    }
    addExtension({ Class: Money, type: 99, write: (money: Money) => money.cents, read: () => new Money(0) });
    expect(seen(roundTrip({ price: new Money(5) }))).toEqual(seen({ price: { cents: 5 } }));
    expect(outcome(pack({ price: new Money(5) }))).toBe('refused');
  });

  it('takes what is 1,000 levels deep, and refuses more', () => {
    const shapes = [
      (inner: unknown): unknown => [inner],
      (inner: unknown): unknown => ({ a: inner }),
      (inner: unknown): unknown => new Map([[inner, inner === 1 ? -0 : 'a']]),
      (inner: unknown): unknown => new Error('e', { cause: inner }),
      (inner: unknown): unknown => ({ constructor: inner }),
    ];
    for (const wrap of shapes) {
      let value: unknown = 1;
      for (let level = 0; level < 1_000; level += 1) value = wrap(value);
      expect(outcome(codec.encode(value))).toBe('value');
      expect(outcome(codec.encode(wrap(value)))).toBe('refused');
    }
    for (const levels of [1_001, 2_500, 300_000]) {
      expect(outcome(Buffer.concat([Buffer.alloc(levels, 0x91), Buffer.of(0x90)]))).toBe('refused');
    }
  });

  it('holds on to no buffer of a large value', () => {
    const large = codec.encode('x'.repeat(4_000_000));
    expect(large.buffer.byteLength).toBeGreaterThan(4_000_000);
    expect(codec.encode('y').buffer.byteLength).toBeLessThan(100_000);
  });
});

describe('the msgpack codec, given bytes it did not write,', () => {
  it('throws CacheFormatError or makes a value, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => void outcome(bytes)),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(richValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
        const bytes = Buffer.from(codec.encode(kept(value)));
        bytes[at % bytes.length]! ^= flip;
        outcome(bytes);
        expect(outcome(codec.encode(kept(value)).subarray(0, at % bytes.length))).toBe('refused');
        expect(outcome(Buffer.concat([codec.encode(kept(value)), Buffer.of(0)]))).toBe('refused');
      }),
      { numRuns: 500 },
    );
    const tags =
      'undefined number string bigint Date RegExp URL URLSearchParams Map Set Error Object Buffer DataView Int8Array x';
    fc.assert(
      fc.property(fc.constantFrom(...tags.split(' ')), fc.jsonValue(), (tag, payload) => {
        outcome(pack([{ [`$nc:${tag}`]: payload }]));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, () => unknown]>([
    ['an unknown tag', () => ({ '$nc:unknown': 1 })],
    ['a tag of a prototype', () => ({ '$nc:constructor': 1 })],
    ['another number', () => ({ '$nc:number': '12' })],
    ['a bigint of an exponent', () => ({ '$nc:bigint': '1e3' })],
    ['half a UTF-16 unit', () => ({ '$nc:string': Buffer.of(1) })],
    ['a date beyond the calendar', () => ({ '$nc:Date': 9e15 })],
    ['a date between milliseconds', () => ({ '$nc:Date': 1.5 })],
    ['a bad pattern', () => ({ '$nc:RegExp': ['(', 'g'] })],
    ['a bad url', () => ({ '$nc:URL': 'no url' })],
    ['a key without its value', () => ({ '$nc:Map': [1] })],
    ['a set that is no list', () => ({ '$nc:Set': 1 })],
    ['an error without its parts', () => ({ '$nc:Error': ['Error'] })],
    ['a name that is no text', () => ({ '$nc:Object': [1, 2] })],
    ['bytes that are none', () => ({ '$nc:Buffer': [1] })],
    ['bytes without a tag', () => [Buffer.of(1)]],
    ['elements cut in two', () => ({ '$nc:Float64Array': Buffer.of(1) })],
    ['an extension', () => new Date(5)],
    ['an undefined of msgpackr', () => undefined],
    ['a 64-bit integer', () => 5n],
  ])('refuses %s', (_, make) => expect(outcome(pack(make()))).toBe('refused'));

  it('refuses counts and lengths beyond what is there, before it makes room for them', () => {
    const huge = [
      'dd7fffffff',
      'df7fffffff',
      'db7fffffff',
      'c67fffffff',
      'dcffff',
      'c1',
      'd4000000',
      '81c001',
      'ca00000000',
    ];
    for (const bytes of ['', ...huge]) expect(outcome(Buffer.from(bytes, 'hex'))).toBe('refused');
    // 32 lists that each say they hold as many values as there are bytes.
    const nested = Buffer.concat(Array.from({ length: 32 }, () => Buffer.from('dd01000000', 'hex')));
    expect(outcome(Buffer.concat([nested, Buffer.alloc(1_000)]))).toBe('refused');
  });

  it('reaches no prototype', () => {
    const names = ['__proto__', 'constructor', 'prototype'];
    for (const name of names) {
      const plain = Buffer.concat([Buffer.of(0x81), pack(name), pack({ polluted: 1 })]);
      const tagged = Buffer.concat([Buffer.of(0x81), pack('$nc:Object'), pack([name, { polluted: 1 }])]);
      const data = Buffer.concat([
        Buffer.of(0x81),
        pack('$nc:Error'),
        pack(['__proto__', 'a', 'b', 'c', name, { polluted: 1 }]),
      ]);
      for (const bytes of [plain, tagged, data]) {
        if (outcome(bytes) === 'refused') continue;
        const value = codec.decode(bytes) as { polluted?: number };
        expect([Object.prototype, Error.prototype]).toContain(Object.getPrototypeOf(value));
        expect(value.polluted).toBeUndefined();
      }
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    }
  });
});
