import { below } from './tag-payload.js';

/** Reads one part of a value; each codec has its own. */
type ReadPart = (part: unknown, depth: number) => unknown;

/** Replaces what the array holds by what it stands for. */
export function readItems(items: unknown[], depth: number, read: ReadPart): unknown[] {
  const next = below(depth);
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (typeof item === 'object' && item !== null) items[index] = read(item, next);
  }
  return items;
}

/** The same for the fields of an object. */
export function readFields(node: Record<string, unknown>, depth: number, read: ReadPart): Record<string, unknown> {
  const next = below(depth);
  for (const key of Object.keys(node)) {
    const field = node[key];
    if (typeof field === 'object' && field !== null) node[key] = read(field, next);
  }
  return node;
}
