import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { passagesOf } from '../../../sample-app/src/similar/passages/passages.js';
import { shortened, textUpTo } from '../../../sample-app/src/similar/passages/text-up-to.js';

const ENGLISH = 'The ferry leaves the quay at seven, and the crew of it has been up since four. ';
const CHINESE = '渡轮早上七点离开码头，船员们四点钟就起床了。';
const JAPANESE = 'フェリーは七時に桟橋を出発し、乗組員は四時から起きています。';
const ARABIC = 'تغادر العبارة الرصيف في السابعة، وطاقمها مستيقظ منذ الرابعة. ';
const THAI = 'เรือข้ามฟากออกจากท่าเวลาเจ็ดโมงเช้าและลูกเรือตื่นตั้งแต่ตีสี่';

const all = (text: string): string[] => [...passagesOf(text)];
const withoutSpaces = (text: string): string => text.replaceAll(/\s/gu, '');

describe('the passages of a text', () => {
  it.each([
    ['English', ENGLISH],
    ['Chinese', CHINESE],
    ['Japanese', JAPANESE],
    ['Arabic', ARABIC],
  ])('in %s are whole sentences of 400 to 800 characters', (_, sentence) => {
    const passages = all(sentence.repeat(100));
    expect(passages.length).toBeGreaterThan(2);
    for (const passage of passages) expect(passage.endsWith(sentence.trim())).toBe(true);
    for (const { length } of passages.slice(0, -1)) {
      expect(length).toBeGreaterThanOrEqual(400);
      expect(length).toBeLessThanOrEqual(800);
    }
  });

  it('end with a paragraph once they are long enough, and take short ones together', () => {
    const [short, long] = [ENGLISH.repeat(2).trim(), ENGLISH.repeat(6).trim()];
    expect(all([long, short, short, long].join('\n\n'))).toEqual([long, `${short} ${short} ${long}`]);
  });

  it('join the lines of a paragraph, in Chinese without a space', () => {
    expect(all('The ferry\r\nleaves at\n  seven.')).toEqual(['The ferry leaves at seven.']);
    expect(all('渡轮早上七点\n离开码头。\n船员们起床了。')).toEqual(['渡轮早上七点离开码头。船员们起床了。']);
  });

  it('cut a sentence without end between words, and a word without end between graphemes', () => {
    const endless = `${'word '.repeat(10_000)}end`;
    expect(all(endless).join(' ')).toBe(endless);
    expect(all(endless).every((passage) => /^(?:word ?)+(?:end)?$/u.test(passage))).toBe(true);
    expect(all(THAI.repeat(40)).length).toBeGreaterThan(2);
    const family = '👨‍👩‍👧‍👦';
    for (const passage of all(family.repeat(300))) expect(passage.replaceAll(family, '')).toBe('');
  });

  it('are none of a text without characters', () => {
    expect(all(' \n\n\t\n')).toEqual([]);
  });

  it('come one at a time, so that the first ones of a long text do not cost the rest', () => {
    const passages = passagesOf(`${ENGLISH.repeat(8)}\n\n`.repeat(20_000));
    expect(passages.next().value).toBe(ENGLISH.repeat(8).trim());
  });

  it('hold the whole text, whatever is in it', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(ENGLISH, CHINESE, ARABIC, THAI, '\n', '\n\n', ' '),
      fc.string({ unit: 'grapheme', minLength: 900, maxLength: 2_500 }),
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (given) => {
        const passages = all(given);
        expect(withoutSpaces(passages.join(''))).toBe(withoutSpaces(given));
        expect(passages.every(({ length }) => length > 0 && length <= 800)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a text that is shown shortened', () => {
  it('ends with a whole word', () => {
    expect(shortened('The ferry leaves at seven.', 26)).toBe('The ferry leaves at seven.');
    expect(shortened('The ferry leaves at seven.', 15)).toBe('The ferry…');
  });

  it('is never longer than asked for, and never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, limit) => {
        const part = textUpTo(text, limit);
        expect(text.startsWith(part)).toBe(true);
        expect(part.length).toBeLessThanOrEqual(limit);
        expect(part === '' && text !== '').toBe(false);
        expect(part).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });
});
