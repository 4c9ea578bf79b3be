import assert from 'node:assert/strict';
import { assertBytes, bytesOf, patternBytes } from './bytes.js';
import type { Subject } from './subject.js';

const MIB = 2 ** 20;

/** What is put in comes back, byte for byte, and belongs to nobody else. */
export function valueChecks(subject: Subject): void {
  const { it } = subject;

  it('get: an absent key is undefined', async () => {
    assert.equal(await subject.backend.get(subject.key('absent')), undefined);
  });

  const values: Record<string, Uint8Array> = {
    'no bytes at all': new Uint8Array(0),
    'a single byte': Uint8Array.of(7),
    'a single zero': Uint8Array.of(0),
    'all 256 byte values': Uint8Array.from({ length: 256 }, (_, byte) => byte),
    'text that looks like a protocol': bytesOf('END\r\nVALUE a 0 1\r\n$-1\r\nERROR\r\n\0'),
    'bytes that are no UTF-8': Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0x80),
  };
  for (const [what, value] of Object.entries(values)) {
    it(`set and get: ${what}`, async () => {
      const key = subject.key('value');
      await subject.backend.set(key, value);
      assertBytes(await subject.backend.get(key), value, what);
    });
  }

  const largest = Math.min(subject.options.maxValueBytes ?? MIB, MIB);
  it(`set and get: ${largest === MIB ? '1 MiB' : `${largest} bytes, the most it takes`}`, async () => {
    const key = subject.key('large');
    const value = patternBytes(largest);
    await subject.backend.set(key, value);
    assertBytes(await subject.backend.get(key), value, 'the large value');
  });

  const { maxValueBytes } = subject.options;
  if (maxValueBytes !== undefined) {
    it('set: one byte more than it takes is an error, and is not stored in part', async () => {
      const key = subject.key('too-large');
      const before = bytesOf('before');
      await subject.backend.set(key, before);
      await assert.rejects(subject.backend.set(key, patternBytes(maxValueBytes + 1)));
      const after = await subject.backend.get(key);
      if (after !== undefined) assertBytes(after, before, 'what stands after the error');
    });
  }

  it('set: stores a part of a larger buffer, and only that part', async () => {
    const key = subject.key('view');
    const buffer = patternBytes(64);
    await subject.backend.set(key, buffer.subarray(10, 20));
    assertBytes(await subject.backend.get(key), patternBytes(64).subarray(10, 20), 'the part');
  });

  it('set: changing the given bytes afterwards does not change the stored ones', async () => {
    const key = subject.key('given');
    const given = bytesOf('given');
    await subject.backend.set(key, given);
    given.fill(0);
    assertBytes(await subject.backend.get(key), bytesOf('given'), 'the stored bytes');
  });

  it('get: changing the returned bytes does not change the stored ones', async () => {
    const key = subject.key('returned');
    await subject.backend.set(key, bytesOf('returned'));
    (await subject.backend.get(key))?.fill(0);
    assertBytes(await subject.backend.get(key), bytesOf('returned'), 'the stored bytes');
  });

  it('set: replaces the earlier value, longer or shorter', async () => {
    const key = subject.key('replaced');
    for (const value of ['short', 'a good deal longer', '']) {
      await subject.backend.set(key, bytesOf(value));
      assertBytes(await subject.backend.get(key), bytesOf(value), `the value ${JSON.stringify(value)}`);
    }
  });

  it('delete: says whether the key existed, and it is gone', async () => {
    const key = subject.key('deleted');
    assert.equal(await subject.backend.delete(key), false, 'a key that never existed');
    await subject.backend.set(key, bytesOf('value'));
    assert.equal(await subject.backend.delete(key), true, 'a key that existed');
    assert.equal(await subject.backend.get(key), undefined);
    assert.equal(await subject.backend.delete(key), false, 'a key that is gone');
  });

  it('delete: an empty value existed too', async () => {
    const key = subject.key('deleted-empty');
    await subject.backend.set(key, new Uint8Array(0));
    assert.equal(await subject.backend.delete(key), true);
  });

  it('exists: true for a value, an empty one too, false for an absent or deleted key', async () => {
    const key = subject.key('exists');
    assert.equal(await subject.backend.exists(key), false, 'before');
    await subject.backend.set(key, new Uint8Array(0));
    assert.equal(await subject.backend.exists(key), true, 'with an empty value');
    await subject.backend.delete(key);
    assert.equal(await subject.backend.exists(key), false, 'after the deletion');
  });
}
