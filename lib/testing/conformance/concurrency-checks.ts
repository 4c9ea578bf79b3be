import assert from 'node:assert/strict';
import { assertBytes, bytesOf, patternBytes } from './bytes.js';
import type { Subject } from './subject.js';

const AT_ONCE = 100;

/** Many calls at once do not mix up their keys, values or answers. */
export function concurrencyChecks(subject: Subject): void {
  const { it } = subject;

  it(`at once: ${AT_ONCE} sets, then ${AT_ONCE} gets, each with its own bytes`, async () => {
    const { backend } = subject;
    // Of very different lengths, so that one answer cut or joined wrongly shifts the next.
    const items = Array.from({ length: AT_ONCE }, (_, index) => ({
      key: subject.key(`item-${index}`),
      value: patternBytes((index * 997) % 20_000, index),
    }));
    await Promise.all(items.map((item) => backend.set(item.key, item.value)));
    const found = await Promise.all(items.map((item) => backend.get(item.key)));
    for (const [index, item] of items.entries()) assertBytes(found[index], item.value, `item ${index}`);
  });

  it(`at once: ${AT_ONCE} sets of one key leave one of the values, whole`, async () => {
    const { backend } = subject;
    const key = subject.key('contended');
    const values = Array.from({ length: AT_ONCE }, (_, index) => patternBytes(1_000 + index, index));
    await Promise.all(values.map((value) => backend.set(key, value)));
    const found = await backend.get(key);
    assert.ok(found, 'nothing was stored');
    assertBytes(found, values[found.length - 1_000] ?? new Uint8Array(0), 'the stored value');
  });

  it('at once: many deletions of a key, and it is gone', async () => {
    const { backend } = subject;
    const key = subject.key('deleted');
    await backend.set(key, bytesOf('value'));
    const answers = await Promise.all(Array.from({ length: 20 }, () => backend.delete(key)));
    assert.ok(answers.includes(true), 'none of them says that it existed');
    assert.equal(await backend.get(key), undefined);
  });

  it('at once: gets, sets and deletes of different keys each get their own answer', async () => {
    const { backend } = subject;
    const kept = subject.key('kept');
    await backend.set(kept, bytesOf('kept'));
    const rounds = Array.from({ length: AT_ONCE / 4 }, async (_, index) => {
      const own = subject.key(`own-${index}`);
      const [before, , absent] = await Promise.all([
        backend.get(kept),
        backend.set(own, patternBytes(index * 100, index)),
        backend.delete(subject.key(`absent-${index}`)),
      ]);
      assertBytes(before, bytesOf('kept'), 'the key that is only read');
      assert.equal(absent, false, 'deleting an absent key');
      assertBytes(await backend.get(own), patternBytes(index * 100, index), 'the key that was written');
      assert.equal(await backend.delete(own), true, 'deleting the key that was written');
    });
    await Promise.all(rounds);
  });
}
