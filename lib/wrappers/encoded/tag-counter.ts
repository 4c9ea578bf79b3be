import { MARK_LENGTH } from '../../contracts/fleet.js';
import { sha256 } from '../../support/sha256.js';

/*
 * What moves with every tag of a scope: "<epoch>.<count>.<marks of the last tags, the newest last>". A load that adds a tag
 * at its end has no version of it from before it began; this tells whether the tag was invalidated meanwhile.
 *
 * The epoch is random, so that a counter that was lost and begins anew is never taken for the old one. When more tags were
 * invalidated than marks are kept, nobody can say, and the answer is the safe one.
 */

/** A few letters of a tag's hash. Two tags that share them cost a load that is not stored. */
export function markOf(tag: string): string {
  return sha256(tag).slice(0, MARK_LENGTH);
}

/** The first text of a counter. */
export function firstCount(epoch: string): string {
  return `${epoch}.0.`;
}

/** Whether none of the tags was invalidated between the two texts of a counter. */
export function noneBetween(before: string | undefined, after: string | undefined, tags: readonly string[]): boolean {
  const [from, to] = [parse(before), parse(after)];
  if (!from || !to || from.epoch !== to.epoch) return false;
  const missed = (to.count - from.count) * MARK_LENGTH;
  if (missed < 0 || missed > to.marks.length) return false;
  const marks = to.marks.slice(to.marks.length - missed);
  return !tags.some((tag) => contains(marks, markOf(tag)));
}

function contains(marks: string, mark: string): boolean {
  for (let at = 0; at < marks.length; at += MARK_LENGTH) if (marks.startsWith(mark, at)) return true;
  return false;
}

function parse(text: string | undefined): { epoch: string; count: number; marks: string } | undefined {
  const match = /^([\w-]+)\.(\d+)\.([0-9a-f]*)$/.exec(text ?? '');
  return match ? { epoch: match[1]!, count: Number(match[2]), marks: match[3]! } : undefined;
}
