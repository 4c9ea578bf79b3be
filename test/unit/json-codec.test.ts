import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { jsonCodec } from '../../lib/codecs/json.codec.js';
import { CacheFormatError, CacheValueError } from '../../lib/support/errors.js';
import { takeSnapshot } from '../../lib/support/snapshot.js';
import { jsonData, richValue, seen } from '../support/rich-values.js';

const text = (value: unknown): string => Buffer.from(jsonCodec.encode(value)).toString();
const roundTrip = (value: unknown): unknown => jsonCodec.decode(jsonCodec.encode(value));
const decodeText = (json: string): unknown => jsonCodec.decode(Buffer.from(json));

/** What a decode of anything may do: make a value, or throw that one error. */
function outcome(bytes: Uint8Array): 'value' | 'refused' {
  try {
    jsonCodec.decode(bytes);
    return 'value';
  } catch (error) {
    expect(error).toBeInstanceOf(CacheFormatError);
    return 'refused';
  }
}

describe('the json codec', () => {
  it('writes ordinary JSON data as ordinary JSON', () => {
    fc.assert(fc.property(jsonData, (value) => expect(text(value)).toBe(JSON.stringify(value))));
    expect(text({ id: 1, tags: ['a'], '@type': 'x', $ref: 'y' })).toBe('{"id":1,"tags":["a"],"@type":"x","$ref":"y"}');
  });

  it('gives back every kind of value', () => {
    fc.assert(
      fc.property(fc.oneof(richValue, jsonData), (value) => {
        const kept = takeSnapshot(value, { classInstances: 'plain' }).value;
        expect(seen(roundTrip(kept))).toEqual(seen(kept));
        expect(seen(kept)).toEqual(seen(value));
      }),
      { numRuns: 500 },
    );
  });

  it('never takes data for a tag', () => {
    for (const value of [
      { '$nc:Date': '2024-05-01T00:00:00.000Z' },
      { '$nc:Object': { '$nc:undefined': 0 } },
      { '$nc:': 1 },
      [{ '$nc:Map': [[1, { '$nc:Set': [new Date(1)] }]] }],
      { '$nc:a': 1, '$nc:b': 2 },
      { a: '{"$nc:Date":null}', '{"$nc:': 1 },
    ]) {
      expect(seen(roundTrip(value))).toEqual(seen(value));
    }
  });

  it('writes the documented forms', () => {
    const forms: readonly (readonly [unknown, string])[] = [
      [undefined, '{"$nc:undefined":0}'],
      [Number.NaN, '{"$nc:number":"NaN"}'],
      [-0, '{"$nc:number":"-0"}'],
      [-Infinity, '{"$nc:number":"-Infinity"}'],
      [-12n, '{"$nc:bigint":"-12"}'],
      [new Date(0), '{"$nc:Date":"1970-01-01T00:00:00.000Z"}'],
      [new Date(Number.NaN), '{"$nc:Date":null}'],
      [/a"b/gi, '{"$nc:RegExp":["a\\"b","gi"]}'],
      [new URL('https://a.b/?c=d'), '{"$nc:URL":"https://a.b/?c=d"}'],
      [new URLSearchParams('a=1&a=2'), '{"$nc:URLSearchParams":"a=1&a=2"}'],
      [new Map<unknown, unknown>([['k', [1, undefined]]]), '{"$nc:Map":[["k",[1,{"$nc:undefined":0}]]]}'],
      [new Set([1, 'a']), '{"$nc:Set":[1,"a"]}'],
      [Buffer.from('hi'), '{"$nc:Buffer":"aGk="}'],
      [new Uint16Array([1, 258]), '{"$nc:Uint16Array":"AQACAQ=="}'],
      [new Uint8Array([1]).buffer, '{"$nc:ArrayBuffer":"AQ=="}'],
      [new DataView(new ArrayBuffer(1)), '{"$nc:DataView":"AA=="}'],
      [{ '$nc:x': 1 }, '{"$nc:Object":{"$nc:x":1}}'],
    ];
    for (const [value, form] of forms) {
      expect(text(value)).toBe(form);
      expect(seen(decodeText(form))).toEqual(seen(value));
    }
    const error = Object.assign(new TypeError('no'), { code: 'E', stack: 'TypeError: no' });
    const form =
      '{"$nc:Error":{"type":"TypeError","name":"TypeError","message":"no","stack":"TypeError: no","data":{"code":"E"}}}';
    expect(text(error)).toBe(form);
  });

  it('gives binary data memory of its own', () => {
    const kept = roundTrip({ buffer: Buffer.from('abc'), floats: new Float32Array([1, 2]) }) as {
      buffer: Buffer;
      floats: Float32Array;
    };
    expect(kept.buffer.buffer.byteLength).toBe(3);
    expect(kept.floats.buffer.byteLength).toBe(8);
  });

  it('keeps keys and text that mean something elsewhere', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"\\ud800":"\\udfff","at":0}');
    (value as { at: unknown }).at = new Date(1);
    const back = roundTrip(value) as { admin?: boolean };
    expect(seen(back)).toEqual(seen(value));
    expect(back.admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('takes values as they are under isolation share: instances, holes, boxed primitives, frozen data', () => {
    class User {
      at = new Date(1);
    }
    const value: unknown[] = [new User()];
    value[2] = Object(1);
    value[3] = Object.freeze([Object.freeze({})]);
    expect(seen(roundTrip(value))).toEqual(seen([{ at: new Date(1) }, undefined, 1, [{}]]));
    expect(() => jsonCodec.encode({ a: () => 1 })).toThrow(CacheValueError);
  });

  it('takes what is 1,000 levels deep, and refuses more', () => {
    const shapes = [
      (inner: unknown): unknown => [inner],
      (inner: unknown): unknown => new Map([[inner, inner === 1 ? -0 : 'a']]),
      (inner: unknown): unknown => new Error('e', { cause: inner }),
    ];
    for (const wrap of shapes) {
      let value: unknown = 1;
      for (let level = 0; level < 1_000; level += 1) value = wrap(value);
      const bytes = jsonCodec.encode(value);
      expect(outcome(bytes)).toBe('value');
      const deeper = jsonCodec.encode(wrap(value));
      expect(outcome(deeper)).toBe('refused');
    }
    for (const levels of [2_000, 300_000]) {
      expect(outcome(Buffer.from('['.repeat(levels) + ']'.repeat(levels)))).toBe('refused');
      expect(outcome(Buffer.from('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)))).toBe('refused');
      expect(outcome(Buffer.from('{"$nc:Set":['.repeat(levels) + ']}'.repeat(levels)))).toBe('refused');
    }
  });
});

describe('the json codec, given bytes it did not write,', () => {
  it('throws CacheFormatError or makes a value, and nothing else', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void outcome(bytes)));
    fc.assert(
      fc.property(richValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
        const bytes = jsonCodec.encode(takeSnapshot(value, { classInstances: 'plain' }).value);
        bytes[at % bytes.length]! ^= flip;
        outcome(bytes);
        outcome(bytes.subarray(0, at % bytes.length));
      }),
      { numRuns: 500 },
    );
    const tags =
      'undefined number bigint Date RegExp URL URLSearchParams Map Set Error Object Buffer Int8Array x'.split(' ');
    fc.assert(
      fc.property(fc.constantFrom(...tags), fc.jsonValue(), (tag, payload) => {
        outcome(Buffer.from(`[{"$nc:${tag}":${JSON.stringify(payload)}}]`));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '',
    'x',
    '{"a":1',
    '\ufeff1',
    '{"$nc:unknown":1}',
    '{"$nc:constructor":1}',
    '{"$nc:__proto__":1}',
    '{"$nc:number":"12"}',
    '{"$nc:bigint":"1e3"}',
    '{"$nc:bigint":""}',
    '{"$nc:Date":"2024-05-01"}',
    '{"$nc:Date":0}',
    '{"$nc:RegExp":["(","g"]}',
    '{"$nc:RegExp":["a","gg"]}',
    '{"$nc:URL":"no url"}',
    '{"$nc:Map":[[1]]}',
    '{"$nc:Map":{}}',
    '{"$nc:Set":1}',
    '{"$nc:Error":{"type":"Error"}}',
    '{"$nc:Object":{"a":1}}',
    '{"$nc:Object":[]}',
    '{"$nc:Buffer":"a"}',
    '{"$nc:Buffer":"a*c="}',
    '{"$nc:Float64Array":"AQ=="}',
  ])('refuses %s', (json) => expect(outcome(Buffer.from(json))).toBe('refused'));

  it('refuses text that is not UTF-8', () => {
    expect(outcome(Uint8Array.of(0x22, 0xff, 0x22))).toBe('refused');
  });

  it('reaches no prototype', () => {
    const evil =
      '{"__proto__":{"a":1},"b":{"$nc:Error":{"type":"__proto__","name":"x","message":"y","data":{"__proto__":{"a":1}}}}}';
    const { b } = decodeText(evil) as { b: Error };
    expect(Object.getPrototypeOf(b)).toBe(Error.prototype);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
