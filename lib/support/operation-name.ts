/** Operations are named in code (`keyPoints`, `key-points`) and in the environment (`CACHE_TTL_KEY_POINTS`): one spelling for all. */
export function operationName(name: string): string {
  return name.replace(/[-_.\s]/g, '').toLowerCase();
}
