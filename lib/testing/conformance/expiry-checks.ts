import assert from 'node:assert/strict';
import { assertBytes, bytesOf } from './bytes.js';
import type { Subject } from './subject.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A ttl is milliseconds from now. Two seconds of play leave room for stores that count in whole seconds. */
export function expiryChecks(subject: Subject): void {
  const { it } = subject;

  // Jitter and what is left of a ttl are seldom whole numbers; many protocols take nothing else.
  for (const ttlMs of [1_234.567, 60_000.25, 90 * SECOND, 31 * DAY, 365 * DAY]) {
    it(`ttl: takes ${ttlMs} ms, and the value is there`, async () => {
      const key = subject.key('ttl');
      await subject.backend.set(key, bytesOf('value'), ttlMs);
      assertBytes(await subject.backend.get(key), bytesOf('value'), 'the value');
    });
  }

  it('ttl: takes a fraction of a millisecond', async () => {
    await subject.backend.set(subject.key('ttl'), bytesOf('value'), 0.25);
  });

  const { advance } = subject.options;
  if (!advance) return;

  it('ttl: the value is there before its end, and gone after it', async () => {
    const key = subject.key('expiring');
    await subject.backend.set(key, bytesOf('value'), MINUTE);
    await advance(MINUTE - 2 * SECOND);
    assertBytes(await subject.backend.get(key), bytesOf('value'), 'the value before its end');
    await advance(4 * SECOND);
    assert.equal(await subject.backend.get(key), undefined, 'the value after its end');
  });

  it('ttl: an expired key does not exist', async () => {
    const key = subject.key('expired');
    await subject.backend.set(key, bytesOf('value'), MINUTE);
    await advance(MINUTE + 2 * SECOND);
    assert.equal(await subject.backend.exists(key), false, 'exists');
    assert.equal(await subject.backend.delete(key), false, 'delete');
  });

  it('ttl: without one the value stays', async () => {
    const key = subject.key('lasting');
    await subject.backend.set(key, bytesOf('value'));
    await advance(365 * DAY);
    assertBytes(await subject.backend.get(key), bytesOf('value'), 'the value');
  });

  it('ttl: the one of the last set counts', async () => {
    const lasting = subject.key('lasting');
    const expiring = subject.key('expiring');
    await subject.backend.set(lasting, bytesOf('first'), MINUTE);
    await subject.backend.set(lasting, bytesOf('second'));
    await subject.backend.set(expiring, bytesOf('first'));
    await subject.backend.set(expiring, bytesOf('second'), MINUTE);
    await advance(2 * MINUTE);
    assertBytes(await subject.backend.get(lasting), bytesOf('second'), 'the value set without a ttl');
    assert.equal(await subject.backend.get(expiring), undefined, 'the value set with a ttl');
  });

  it('ttl: months are no instant in the past', async () => {
    const key = subject.key('months');
    await subject.backend.set(key, bytesOf('value'), 40 * DAY);
    await advance(39 * DAY);
    assertBytes(await subject.backend.get(key), bytesOf('value'), 'the value before its end');
    await advance(2 * DAY);
    assert.equal(await subject.backend.get(key), undefined, 'the value after its end');
  });
}
