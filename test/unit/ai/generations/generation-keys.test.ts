import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { GenerationKeys } from '../../../../lib/ai/generations/generation-keys.js';
import { CacheKeyError, CacheUsageError } from '../../../../lib/support/errors.js';

const keys = new GenerationKeys('2026-01');
const bytes = Buffer.from('%PDF-1.7 …');

async function* inChunks(content: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

describe('GenerationKeys', () => {
  it('is made of version, content and options', () => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect(keys.keyOf(bytes, { pages: 3 })).toMatch(new RegExp(`^generation:2026-01:${hash}:[0-9a-f]{64}$`));
    expect(keys.keyOf(bytes, undefined)).toBe(`generation:2026-01:${hash}:-`);
    expect(new GenerationKeys(undefined).keyOf(bytes, {})).toBe(`generation:-:${hash}:-`);
  });

  it.each([
    [undefined, '-'],
    ['a:b', 'a'],
    ['2', '"2"'],
    ['é', 'e'],
  ])('tells the versions %p and %p apart', (first, second) => {
    const [a, b] = [first, second].map((version) => new GenerationKeys(version).keyOf(bytes, {}));
    expect(a).not.toBe(b);
  });

  it('takes a number for the text of it', () => {
    expect(new GenerationKeys(2).keyOf(bytes, {})).toBe(new GenerationKeys('2').keyOf(bytes, {}));
  });

  it('is the same for a text, its bytes and a stream of them, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        async (text, size) => {
          const content = Buffer.from(text);
          const expected = keys.keyOf(content, { a: 1 });
          expect(keys.keyOf(text, { a: 1 })).toBe(expected);
          expect(await keys.keyOf(inChunks(content, size), { a: 1 })).toBe(expected);
        },
      ),
    );
    const large = 'é'.repeat(200_000);
    expect(keys.keyOf(large, {})).toBe(keys.keyOf(Buffer.from(large), {}));
  });

  it('differs with any byte of the content, any option and the version', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.string(),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const name = fc.constantFrom('pages', 'language', 'model', 'ocr', 'dpi');
    const request = fc.record({
      content: fc.uint8Array({ maxLength: 4 }),
      options: fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true }),
      version: fc.option(fc.constantFrom('1', '2', '-', 'a:b', ''), { nil: undefined }),
    });
    const said = ({
      content,
      options,
      version,
    }: {
      content: Uint8Array;
      options: object;
      version?: string | undefined;
    }) =>
      JSON.stringify([[...content], Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)), version ?? 0]);
    const keyed = (each: { content: Uint8Array; options: object; version?: string | undefined }) =>
      new GenerationKeys(each.version).keyOf(each.content, each.options);
    fc.assert(
      // A model is told by its id alone.
      fc.property(request, request, (a, b) => {
        for (const { options } of [a, b])
          if ('model' in options) options['model'] = `m${JSON.stringify(options['model'])}`;
        expect(keyed(a) === keyed(b)).toBe(said(a) === said(b));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not differ with the order of options, what is undefined, and what only says how to call', () => {
    const key = keys.keyOf(bytes, { a: 1, b: { c: 2, d: [3] } });
    expect(keys.keyOf(bytes, { b: { d: [3], c: 2 }, a: 1, e: undefined })).toBe(key);
    expect(
      keys.keyOf(bytes, { a: 1, b: { c: 2, d: [3] }, signal: new AbortController().signal, onPage: () => {} }),
    ).toBe(key);
  });

  it.each([
    [{ stage: () => 1 }, CacheKeyError, /options\.stage/],
    [null, CacheUsageError, /plain object; got null/],
    [[1], CacheUsageError, /plain object; got an array/],
    [new Map(), CacheUsageError, /plain object; got a value of type object/],
    ['fast', CacheUsageError, /plain object; got a value of type string/],
  ])('refuses the options %p', (options, type, message) => {
    const make = (): string => keys.keyOf(bytes, options as object);
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });

  it.each([[null], [1], [undefined], [{}]])('refuses the content %p', (content) => {
    expect(() => keys.keyOf(content as never, {})).toThrow(CacheUsageError);
  });

  it('takes `headers` that are no HTTP for data, in their order', () => {
    const made = [true, false, 'first', 1, ['a', 'b'], ['b', 'a'], [], [['a', 'b'], 'c'], { a: 'b' }, undefined].map(
      (headers) => keys.keyOf(bytes, { headers, pages: 1 }),
    );
    expect(new Set(made).size).toBe(made.length);
    expect(keys.keyOf(bytes, { data: { headers: ['a'] } })).not.toBe(keys.keyOf(bytes, { headers: ['a'] }));
    expect(keys.keyOf(bytes, { headers: { 'X-A': '1' } })).toBe(keys.keyOf(bytes, { headers: [['x-a', '1']] }));
    const options = Object.defineProperty({}, 'headers', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(() => keys.keyOf(bytes, options)).toThrow(CacheKeyError);
  });

  it('refuses a stream that was read before, whose rest would pass for the content', async () => {
    const chunks = (): Readable => Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
    const read = chunks();
    await read.toArray();
    const begun = chunks();
    for await (const _ of begun.iterator({ destroyOnReturn: false })) break;
    const closed = chunks().destroy();
    const web = new Blob(['hello']).stream();
    await web.getReader().read();
    const twice = chunks();
    const first = keys.keyOf(twice, {});
    for (const stream of [read, begun, closed, web, twice]) {
      await expect(keys.keyOf(stream as AsyncIterable<Uint8Array>, {})).rejects.toThrow(CacheUsageError);
    }
    expect(await first).toBe(keys.keyOf('hello', {}));
    expect(await keys.keyOf(new Blob(['hello']).stream() as AsyncIterable<Uint8Array>, {})).toBe(
      keys.keyOf('hello', {}),
    );
    expect(await keys.keyOf(Readable.from([]), {})).toBe(keys.keyOf('', {}));
  });

  it('leaves it to a stream that has failed to say so', async () => {
    const failed = new Readable({ read() {} });
    failed.on('error', () => {}).destroy(new Error('the disk is gone'));
    await expect(keys.keyOf(failed, {})).rejects.toThrow('the disk is gone');
  });

  it('hands on how a stream has failed', async () => {
    const failing = (async function* () {
      yield bytes;
      throw new Error('the disk is gone');
    })();
    await expect(keys.keyOf(failing, {})).rejects.toThrow('the disk is gone');
  });
});
