import { describe, expect, it } from '@jest/globals';
import type { CacheBackend } from '../../lib/contracts/backend.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import * as broken from '../support/broken-backends.js';
import { failingChecks } from '../support/collecting-runner.js';

const clock = new FakeClock();

const advance = (ms: number): Promise<void> => clock.advance(ms);

const globMatch = (key: string, pattern: string): boolean => {
  const source = pattern
    .replaceAll(/[.{}()^$|+\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}`).test(key);
};
const likeMatch = (key: string, pattern: string): boolean => {
  const source = pattern.replaceAll(/[.{}()^$|+\\[\]*?]/g, '\\$&');
  return new RegExp(`^${source.replaceAll('%', '.*').replaceAll('_', '.')}`).test(key);
};
const lastPart = (key: string, prefix: string): boolean => key.includes(prefix.split(':').at(-1) ?? '');

const DAY = 86_400_000;
const SPELLINGS = 'keys: separators, braces, percent signs, globs, quotes, cases and unicode never meet';
const LONG_KEYS = 'keys: 250 bytes long, and different in the last byte only';
const DELETES = 'delete: says whether the key existed, and it is gone';
const EXPIRES = 'ttl: the value is there before its end, and gone after it';

/** A mistake, the backend that makes it, and checks that must notice. */
const mistakes: [mistake: string, create: () => CacheBackend, noticedBy: string[]][] = [
  [
    'hands out its own bytes',
    () => new broken.Aliasing(clock),
    ['get: changing the returned bytes does not change the stored ones'],
  ],
  [
    'keeps the given bytes',
    () => new broken.AliasingWrites(clock),
    ['set: changing the given bytes afterwards does not change the stored ones'],
  ],
  [
    'stores the whole buffer',
    () => new broken.WholeBuffers(clock),
    ['set: stores a part of a larger buffer, and only that part'],
  ],
  ['always says that it deleted', () => new broken.DeletesAlways(clock), [DELETES]],
  [
    'does not delete',
    () => new broken.NeverDeletes(clock),
    [DELETES, 'at once: many deletions of a key, and it is gone'],
  ],
  ['loses empty values', () => new broken.LosesEmptyValues(clock), ['set and get: no bytes at all']],
  [
    'stores text',
    () => new broken.StoresText(clock),
    ['set and get: all 256 byte values', 'set and get: bytes that are no UTF-8'],
  ],
  ['cuts large values', () => new broken.CutsLargeValues(clock), ['set and get: 1 MiB']],
  ['ignores the ttl', () => new broken.IgnoresTtl(clock), [EXPIRES, 'ttl: an expired key does not exist']],
  ['takes the ttl for seconds', () => new broken.TtlInSeconds(clock), [EXPIRES]],
  [
    'takes whole milliseconds only',
    () => new broken.WholeMilliseconds(clock),
    ['ttl: takes 1234.567 ms, and the value is there', 'ttl: takes a fraction of a millisecond'],
  ],
  [
    'takes months for the past',
    () => new broken.RelativeMonths(clock),
    [`ttl: takes ${31 * DAY} ms, and the value is there`, 'ttl: months are no instant in the past'],
  ],
  ['keeps the first ttl', () => new broken.KeepsOldTtl(clock), ['ttl: the one of the last set counts']],
  ['ignores case', () => new broken.SpellsKeys(clock, (key) => key.toLowerCase()), [SPELLINGS]],
  ['normalises unicode', () => new broken.SpellsKeys(clock, (key) => key.normalize('NFC')), [SPELLINGS]],
  ['decodes percent signs', () => new broken.SpellsKeys(clock, (key) => key.replace('%3A', ':')), [SPELLINGS]],
  ['cuts long keys', () => new broken.SpellsKeys(clock, (key) => key.slice(0, 249)), [LONG_KEYS]],
  [
    'cuts unicode keys',
    () => new broken.SpellsKeys(clock, (key) => Buffer.from(key).toString('utf8', 0, 247)),
    ['keys: 250 bytes of unicode'],
  ],
  [
    'takes the prefix for a glob',
    () => new broken.ScansWith(clock, globMatch),
    ['a*', 'a?', 'a[bc]', 'a[^b]'].map(standsForItself),
  ],
  ['takes the prefix for LIKE', () => new broken.ScansWith(clock, likeMatch), ['a%', 'a_'].map(standsForItself)],
  [
    'finds the prefix anywhere',
    () => new broken.ScansWith(clock, lastPart),
    ['scan, if it has it: the keys with that very prefix, and no others'],
  ],
  ['lists one batch', () => new broken.FirstBatchOnly(clock), ['scan, if it has it: all of 2500 keys']],
  [
    'mixes up answers',
    () => new broken.MixesAnswers(clock),
    ['at once: 100 sets, then 100 gets, each with its own bytes'],
  ],
  ['closes only once', () => new broken.ClosesOnce(clock), ['close: resolves, also the second time and at once']],
];

function standsForItself(prefix: string): string {
  return `scan, if it has it: ${prefix} stands for itself`;
}

describe('backendConformance', () => {
  it('finds nothing wrong with a good backend', async () => {
    expect(await failingChecks(() => new CapableMapBackend(clock), { advance })).toEqual([]);
  });

  it.each(mistakes)('notices a backend that %s', async (_mistake, create, noticedBy) => {
    expect(await failingChecks(create, { advance })).toEqual(expect.arrayContaining(noticedBy));
  });
});
