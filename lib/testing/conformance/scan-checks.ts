import assert from 'node:assert/strict';
import { bytesOf } from './bytes.js';
import type { Subject } from './subject.js';

/** More than any store lists in one batch. */
const MANY = 2_500;
const SOME = 300;

/**
 * `scan` lists every key that begins with the prefix, literally, and no other. It may list a key twice, as the cursor of
 * Redis does, and keys that come or go meanwhile may be in it or not; one that stays is in it.
 */
export function scanChecks(subject: Subject): void {
  const { it } = subject;

  it('scan, if it has it: the keys with that very prefix, and no others', async () => {
    await expectScan(subject, 'a:', ['a:1', 'a:2', 'a:', 'a:b:c'], ['a', 'b:1', 'aa:1', 'A:1', 'b:a:1']);
  });

  it('scan, if it has it: nothing under an unused prefix', async () => {
    await expectScan(subject, 'unused:', [], ['used:1', 'unused']);
  });

  // Each would also match the keys beside it if the store took the prefix for a pattern.
  const patterns: [prefix: string, inside: string, outside: string[]][] = [
    ['a*', 'a*1', ['ab1', 'a1', 'abc*1']],
    ['a?', 'a?1', ['ab1', 'a11']],
    ['a[bc]', 'a[bc]1', ['ab1', 'ac1']],
    ['a[^b]', 'a[^b]1', ['ac1', 'a^1']],
    ['a\\', 'a\\1', ['a1', 'a/1']],
    ['a\\*', 'a\\*1', ['a*1', 'a1']],
    ['a%', 'a%1', ['ab1', 'abc1']],
    ['a_', 'a_1', ['ab1', 'a-1']],
    ['a.', 'a.1', ['ab1', 'a-1']],
    ['{a}', '{a}1', ['a1', '{b}1']],
    ['\u4e2d', '\u4e2d\u6587', ['\u6587', '\u4e8c']],
  ];
  for (const [prefix, inside, outside] of patterns) {
    it(`scan, if it has it: ${prefix} stands for itself`, async () => {
      await expectScan(subject, prefix, [inside], outside);
    });
  }

  it('scan, if it has it: a deleted key is no longer listed', async () => {
    const backend = subject.with('scan');
    if (!backend) return;
    await fill(subject, ['a:1', 'a:2']);
    await backend.delete(subject.key('a:1'));
    assert.deepEqual(await scanned(subject, 'a:'), ['a:2']);
  });

  it(`scan, if it has it: all of ${MANY} keys`, async () => {
    if (!subject.with('scan')) return;
    const names = Array.from({ length: MANY }, (_, index) => `many:${String(index).padStart(5, '0')}`);
    await fill(subject, names);
    assert.deepEqual(await scanned(subject, 'many:'), names);
  });

  it('scan, if it has it: a sweep that deletes what it finds leaves nothing', async () => {
    const backend = subject.with('scan');
    if (!backend) return;
    await fill(
      subject,
      Array.from({ length: SOME }, (_, index) => `swept:${index}`),
    );
    for await (const key of backend.scan(`${subject.prefix}swept:`)) await backend.delete(key);
    assert.deepEqual(await scanned(subject, 'swept:'), []);
  });

  it('scan, if it has it: may be left half way', async () => {
    const backend = subject.with('scan');
    if (!backend) return;
    const names = Array.from({ length: SOME }, (_, index) => `left:${index}`).toSorted();
    await fill(subject, names);
    for await (const key of backend.scan(`${subject.prefix}left:`)) {
      assert.ok(key.startsWith(`${subject.prefix}left:`));
      break;
    }
    assert.deepEqual(await scanned(subject, 'left:'), names);
  });
}

async function expectScan(subject: Subject, prefix: string, inside: string[], outside: string[]): Promise<void> {
  if (!subject.with('scan')) return;
  await fill(subject, [...inside, ...outside]);
  assert.deepEqual(
    await scanned(subject, prefix),
    inside.toSorted(),
    `what scan lists under ${JSON.stringify(prefix)}`,
  );
}

/** What `scan` lists, without this check's own prefix, sorted, each key once. */
async function scanned(subject: Subject, prefix: string): Promise<string[]> {
  const found = new Set<string>();
  const backend = subject.with('scan');
  for await (const key of backend?.scan(subject.prefix + prefix) ?? []) {
    assert.ok(key.startsWith(subject.prefix), `scan listed ${JSON.stringify(key)}, which is outside its prefix`);
    found.add(key.slice(subject.prefix.length));
  }
  return [...found].toSorted();
}

async function fill(subject: Subject, names: readonly string[]): Promise<void> {
  await subject.atOnce(names, (name) => subject.backend.set(subject.key(name), bytesOf(name)));
}
