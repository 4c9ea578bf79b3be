import assert from 'node:assert/strict';

/** The text as UTF-8, in memory of its own. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `length` bytes that differ from place to place and from seed to seed. */
export function patternBytes(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = index * 31 + (index >> 8) * 7 + seed;
  return bytes;
}

/** A Buffer counts as the Uint8Array it is; only the bytes matter. */
export function assertBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  assert.ok(actual instanceof Uint8Array, `${what}: expected ${expected.length} bytes, got ${String(actual)}`);
  if (Buffer.compare(actual, expected) === 0) return;
  assert.equal(actual.length, expected.length, `${what}: the length differs`);
  assert.fail(`${what}: byte ${actual.findIndex((byte, index) => byte !== expected[index])} differs`);
}
