/*
 * Keys without a colon. Keyv and its adapters put namespaces before keys with `:` or `::`, and look for them by what a key
 * begins with or holds: Keyv 5 takes `keyv:v:{a}` for a key that has its prefix already, and reads another one in `getMany`;
 * the adapter for Redis leaves a key with `::` out when it lists those without a namespace. Which keys are whose is beyond
 * doubt where ours have none. No key becomes longer but by `|` and `~` of its own: SQL columns take 255 characters.
 */

/** Injective: `:` is `|`, and what stands in for it is escaped. */
export function plainKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('|', '~1').replaceAll(':', '|');
}

/** The key, from how a store lists it: whatever namespaces stand before it end with a colon. */
export function keyOf(listed: string): string {
  const plain = listed.slice(listed.lastIndexOf(':') + 1);
  return plain.replaceAll('|', ':').replaceAll('~1', '|').replaceAll('~0', '~');
}
