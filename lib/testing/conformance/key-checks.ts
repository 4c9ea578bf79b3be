import assert from 'node:assert/strict';
import { assertBytes, bytesOf } from './bytes.js';
import type { Subject } from './subject.js';

const MAX_KEY_BYTES = 250;

/** Spellings that stores confuse: separators, escapes, globs, cases, and characters that look alike. */
const SPELLINGS = [
  ...['a:b', 'a/b', 'a.b', 'a|b', 'a;b', 'a,b', 'a%3Ab', 'a%b', 'a%25b', 'a\\b', 'a{b}', '{a}b', 'a{}b', '{}'],
  ...['a*b', 'a?b', 'a[b]', 'a[^b]', 'a_b', 'a-b', 'a"b', "a'b", 'a`b', 'a$b', 'a#b', 'a&b', 'a@b', 'a+b', 'a=b'],
  ...['../b', './b', 'a//b', 'a:', 'a::', 'a', 'A', 'ab', 'Ab'],
  ...['\u00e9', 'e\u0301', '\u00df', 'ss', '\u4e2d\u6587', '\u0627\u0644', '\u{1f600}', '\ufb01', 'fi', '\u0130', 'i'],
];

/** Every printable key of up to 250 bytes is a key of its own. */
export function keyChecks(subject: Subject): void {
  const { it } = subject;

  it('keys: separators, braces, percent signs, globs, quotes, cases and unicode never meet', async () => {
    await allStandApart(subject, SPELLINGS);
  });

  it('keys: 250 bytes long, and different in the last byte only', async () => {
    const fill = 'k'.repeat(MAX_KEY_BYTES - 1 - Buffer.byteLength(subject.prefix));
    await allStandApart(subject, [`${fill}a`, `${fill}b`, fill]);
  });

  it('keys: 250 bytes of unicode', async () => {
    const room = MAX_KEY_BYTES - Buffer.byteLength(subject.prefix);
    const fill = '\u4e2d'.repeat(Math.floor(room / 3) - 1).padEnd(Math.floor(room / 3) - 1 + (room % 3), 'x');
    await allStandApart(subject, [`${fill}\u4e2d`, `${fill}\u6587`, fill]);
  });
}

async function allStandApart(subject: Subject, names: readonly string[]): Promise<void> {
  const { backend } = subject;
  for (const name of names) await backend.set(subject.key(name), bytesOf(`value of ${name}`));
  for (const name of names) {
    assertBytes(await backend.get(subject.key(name)), bytesOf(`value of ${name}`), `key ${JSON.stringify(name)}`);
  }
  for (const [index, name] of names.entries()) {
    assert.equal(await backend.delete(subject.key(name)), true, `deleting ${JSON.stringify(name)}`);
    const next = names[index + 1];
    if (next === undefined) continue;
    const what = `key ${JSON.stringify(next)} after ${JSON.stringify(name)} was deleted`;
    assertBytes(await backend.get(subject.key(next)), bytesOf(`value of ${next}`), what);
  }
}
