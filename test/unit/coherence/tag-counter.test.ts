import { describe, expect, it } from '@jest/globals';
import { MARK_LENGTH, MAX_MARKS } from '../../../lib/contracts/fleet.js';
import { firstCount, markOf, noneBetween } from '../../../lib/wrappers/encoded/tag-counter.js';

/** The text of a counter after `tags` were invalidated, as the server makes it. */
function after(text: string, ...tags: string[]): string {
  const [epoch, count, marks] = text.split('.') as [string, string, string];
  const kept = (marks + tags.map(markOf).join('')).slice(-MARK_LENGTH * MAX_MARKS);
  return `${epoch}.${Number(count) + tags.length}.${kept}`;
}

const first = firstCount('epoch-1_A');
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `other${index}`);

describe('the counter of tags', () => {
  it('marks are of one length, for any tag, and the same each time', () => {
    for (const tag of ['a', '', 'ä', '\0', 'x'.repeat(10_000)]) {
      expect(markOf(tag)).toMatch(/^[0-9a-f]+$/);
      expect(markOf(tag)).toHaveLength(MARK_LENGTH);
      expect(markOf(tag)).toBe(markOf(tag));
    }
    expect(markOf('a')).not.toBe(markOf('b'));
  });

  it('that has not moved: none', () => {
    const moved = after(first, 'a', 'b');
    expect(noneBetween(first, first, ['a'])).toBe(true);
    expect(noneBetween(moved, moved, ['a', 'b'])).toBe(true);
    expect(noneBetween(moved, moved, [])).toBe(true);
  });

  it('tells the tags that came between from those before', () => {
    const before = after(first, 'a', 'b');
    const then = after(before, 'c', 'd');
    expect(noneBetween(before, then, ['a', 'b', 'e'])).toBe(true);
    expect(noneBetween(before, then, ['c'])).toBe(false);
    expect(noneBetween(before, then, ['a', 'd'])).toBe(false);
    expect(noneBetween(first, then, ['a'])).toBe(false);
    expect(noneBetween(before, then, [])).toBe(true);
    expect(noneBetween(before, after(then, 'a'), ['a'])).toBe(false);
  });

  it('remembers as many as it keeps, and no more', () => {
    const full = after(first, 'a', ...many(MAX_MARKS - 1));
    expect(noneBetween(first, full, ['a'])).toBe(false);
    expect(noneBetween(first, full, ['b'])).toBe(true);
    const over = after(full, 'other');
    expect(noneBetween(first, over, ['b'])).toBe(false);
    expect(noneBetween(first, over, [])).toBe(false);
    expect(noneBetween(full, over, ['a', 'b'])).toBe(true);
    expect(noneBetween(after(first, 'x'), over, ['b'])).toBe(true);
  });

  it('of another epoch, or that has gone back: nobody can say', () => {
    const other = after(firstCount('epoch-2'), 'b');
    expect(noneBetween(first, other, ['a'])).toBe(false);
    expect(noneBetween(first, firstCount('epoch-2'), [])).toBe(false);
    expect(noneBetween(after(first, 'b'), first, ['a'])).toBe(false);
  });

  it('two tags of one mark count as one', () => {
    const mark = markOf('a');
    expect(noneBetween('e.0.', `e.1.${mark}`, ['a'])).toBe(false);
    // Only at its own place: letters of two neighbours are no mark.
    const half = MARK_LENGTH / 2;
    const [head, tail] = [mark.slice(0, half), mark.slice(half)];
    const zeros = '0'.repeat(half);
    expect(noneBetween('e.0.', `e.2.${zeros}${head}${tail}${zeros}`, ['a'])).toBe(true);
  });

  it('a tag whose mark stood there before, and was kept, is not mistaken for a later one', () => {
    const before = after(first, 'a');
    expect(noneBetween(before, after(before, 'b'), ['a'])).toBe(true);
  });

  it.each([
    undefined,
    '',
    'e',
    'e.1',
    '.1.',
    'e..',
    'e.x.',
    'e.-1.',
    'e.1.5.',
    'e.1.GG',
    'e 1.0.',
    'e.0.\n',
    ' e.0.',
    'e.1.abc.def',
  ])('what is no counter (%j) says nothing', (text) => {
    expect(noneBetween(text, 'e.0.', [])).toBe(false);
    expect(noneBetween('e.0.', text, [])).toBe(false);
    expect(noneBetween(text, text, [])).toBe(false);
  });

  it('marks that were cut off are missed', () => {
    expect(noneBetween('e.0.', 'e.1.', ['a'])).toBe(false);
    expect(noneBetween('e.0.', `e.2.${markOf('b')}`, ['a'])).toBe(false);
    expect(noneBetween('e.0.', `e.1.${markOf('b').slice(1)}`, ['a'])).toBe(false);
  });
});
