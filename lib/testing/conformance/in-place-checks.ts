import assert from 'node:assert/strict';
import { assertBytes, bytesOf } from './bytes.js';
import type { Subject } from './subject.js';

const MINUTE = 60_000;

/** `touch` changes a key's life and not its value; `patch` its value and not its life. */
export function inPlaceChecks(subject: Subject): void {
  const { it } = subject;

  it('touch, if it has it: leaves the value alone and makes no absent key', async () => {
    const backend = subject.with('touch');
    if (!backend) return;
    const [key, absent] = [subject.key('touched'), subject.key('absent')];
    await backend.set(key, bytesOf('value'), MINUTE);
    await backend.touch(key, 2 * MINUTE + 0.5);
    await backend.touch(absent, MINUTE);
    assertBytes(await backend.get(key), bytesOf('value'), 'the value');
    assert.equal(await backend.get(absent), undefined, 'the absent key');
  });

  it('patch, if it has it: overwrites bytes in place', async () => {
    const backend = subject.with('patch');
    if (!backend) return;
    const key = subject.key('patched');
    await backend.set(key, bytesOf('head-0123456789'));
    assert.equal(await backend.patch(key, 7, bytesOf('XY'), bytesOf('head')), true);
    assertBytes(await backend.get(key), bytesOf('head-01XY456789'), 'the patched value');
  });

  it('patch, if it has it: only where the key exists and begins as expected', async () => {
    const backend = subject.with('patch');
    if (!backend) return;
    const [key, absent] = [subject.key('patched'), subject.key('absent')];
    await backend.set(key, bytesOf('head'));
    assert.equal(await backend.patch(key, 0, bytesOf('X'), bytesOf('other')), false, 'another beginning');
    assert.equal(await backend.patch(key, 0, bytesOf('X'), bytesOf('head and more')), false, 'a longer beginning');
    assertBytes(await backend.get(key), bytesOf('head'), 'the value');
    assert.equal(await backend.patch(absent, 0, bytesOf('X'), new Uint8Array(0)), false, 'an absent key');
    assert.equal(await backend.get(absent), undefined, 'the absent key');
  });

  it('patch, if it has it: many at once all count', async () => {
    const backend = subject.with('patch');
    if (!backend) return;
    const key = subject.key('patched');
    await backend.set(key, bytesOf(`!${'.'.repeat(50)}`));
    const places = Array.from({ length: 50 }, (_, index) => index + 1);
    await Promise.all(places.map((place) => backend.patch(key, place, bytesOf('x'), bytesOf('!'))));
    assertBytes(await backend.get(key), bytesOf(`!${'x'.repeat(50)}`), 'the patched value');
  });

  const { advance } = subject.options;
  if (!advance) return;

  it('touch, if it has it: lengthens a life and never shortens one', async () => {
    const backend = subject.with('touch');
    if (!backend) return;
    const [longer, shorter, lasting] = [subject.key('longer'), subject.key('shorter'), subject.key('lasting')];
    await backend.set(longer, bytesOf('longer'), MINUTE);
    await backend.set(shorter, bytesOf('shorter'), 10 * MINUTE);
    await backend.set(lasting, bytesOf('lasting'));
    for (const key of [longer, shorter, lasting]) await backend.touch(key, 5 * MINUTE);
    await advance(4 * MINUTE);
    assertBytes(await backend.get(longer), bytesOf('longer'), 'the lengthened life');
    await advance(3 * MINUTE);
    assert.equal(await backend.get(longer), undefined, 'the lengthened life is over');
    assertBytes(await backend.get(shorter), bytesOf('shorter'), 'the life that was longer already');
    await advance(60 * MINUTE);
    assertBytes(await backend.get(lasting), bytesOf('lasting'), 'the key without a ttl');
  });

  it('patch, if it has it: keeps the expiry', async () => {
    const backend = subject.with('patch');
    if (!backend) return;
    const key = subject.key('patched');
    await backend.set(key, bytesOf('head'), MINUTE);
    await backend.patch(key, 0, bytesOf('H'), bytesOf('head'));
    await advance(2 * MINUTE);
    assert.equal(await backend.get(key), undefined);
  });
}
