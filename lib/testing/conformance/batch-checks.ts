import assert from 'node:assert/strict';
import { assertBytes, bytesOf, patternBytes } from './bytes.js';
import type { Subject } from './subject.js';

const MANY = 500;
const MINUTE = 60_000;

/** `getMany`, `setMany` and `deleteMany` do what as many single calls would. */
export function batchChecks(subject: Subject): void {
  const { it } = subject;

  it('getMany, if it has it: as many answers as keys, in their order', async () => {
    const backend = subject.with('getMany');
    if (!backend) return;
    const [first, absent, empty] = [subject.key('first'), subject.key('absent'), subject.key('empty')];
    await backend.set(first, bytesOf('first'));
    await backend.set(empty, new Uint8Array(0));
    const found = await backend.getMany([empty, absent, first, first]);
    assert.equal(found.length, 4);
    assertBytes(found[0], new Uint8Array(0), 'the empty value');
    assert.equal(found[1], undefined, 'the absent key');
    assertBytes(found[2], bytesOf('first'), 'the value');
    assertBytes(found[3], bytesOf('first'), 'the value asked for twice');
    assert.deepEqual(await backend.getMany([]), []);
  });

  it('getMany, if it has it: changing the returned bytes does not change the stored ones', async () => {
    const backend = subject.with('getMany');
    if (!backend) return;
    const key = subject.key('returned');
    await backend.set(key, bytesOf('returned'));
    const [first, second] = await backend.getMany([key, key]);
    first?.fill(0);
    assertBytes(second, bytesOf('returned'), 'the other answer');
    assertBytes(await backend.get(key), bytesOf('returned'), 'the stored bytes');
  });

  it('setMany, if it has it: stores what as many sets would', async () => {
    const backend = subject.with('setMany');
    if (!backend) return;
    const items = Array.from({ length: MANY }, (_, index) => ({
      key: subject.key(`item-${index}`),
      value: patternBytes(index, index),
      ttlMs: index % 2 === 0 ? undefined : MINUTE + 0.5,
    }));
    await backend.setMany(items);
    for (const [index, item] of items.entries()) assertBytes(await backend.get(item.key), item.value, `item ${index}`);
    await backend.setMany([]);
  });

  it('setMany, if it has it: changing the given bytes afterwards does not change the stored ones', async () => {
    const backend = subject.with('setMany');
    if (!backend) return;
    const key = subject.key('given');
    const value = bytesOf('given');
    await backend.setMany([{ key, value, ttlMs: undefined }]);
    value.fill(0);
    assertBytes(await backend.get(key), bytesOf('given'), 'the stored bytes');
  });

  it('deleteMany, if it has it: removes the keys and says how many existed', async () => {
    const backend = subject.with('deleteMany');
    if (!backend) return;
    const keys = Array.from({ length: MANY }, (_, index) => subject.key(`item-${index}`));
    const kept = subject.key('kept');
    await Promise.all([...keys.slice(0, 10), kept].map((key) => backend.set(key, bytesOf('value'))));
    assert.equal(await backend.deleteMany(keys), 10);
    assert.equal(await backend.get(keys[0]!), undefined, 'a deleted key');
    assertBytes(await backend.get(kept), bytesOf('value'), 'the key that was not named');
    assert.equal(await backend.deleteMany(keys), 0, 'the second time');
    assert.equal(await backend.deleteMany([]), 0, 'no keys');
  });

  const { advance } = subject.options;
  if (!advance) return;

  it('setMany, if it has it: each item has its own ttl', async () => {
    const backend = subject.with('setMany');
    if (!backend) return;
    const [lasting, expiring] = [subject.key('lasting'), subject.key('expiring')];
    await backend.setMany([
      { key: lasting, value: bytesOf('lasting'), ttlMs: undefined },
      { key: expiring, value: bytesOf('expiring'), ttlMs: MINUTE },
    ]);
    await advance(2 * MINUTE);
    assertBytes(await backend.get(lasting), bytesOf('lasting'), 'the value without a ttl');
    assert.equal(await backend.get(expiring), undefined, 'the value with a ttl');
  });

  it('getMany, if it has it: an expired key is undefined', async () => {
    const backend = subject.with('getMany');
    if (!backend) return;
    const key = subject.key('expired');
    await backend.set(key, bytesOf('value'), MINUTE);
    await advance(2 * MINUTE);
    assert.deepEqual(await backend.getMany([key]), [undefined]);
  });
}
