import { below } from './tag-payload.js';

/** Of what `JSON.parse` made, and nothing in it is a tag. @throws CacheFormatError when it is nested too deeply. */
export function refuseDeep(node: unknown, depth = 0): void {
  if (typeof node !== 'object' || node === null) return;
  const next = below(depth);
  if (Array.isArray(node)) {
    for (let index = 0; index < node.length; index++) {
      const item: unknown = node[index];
      if (typeof item === 'object') refuseDeep(item, next);
    }
    return;
  }
  for (const key in node) {
    const field = (node as Record<string, unknown>)[key];
    if (typeof field === 'object') refuseDeep(field, next);
  }
}
