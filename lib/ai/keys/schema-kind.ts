/**
 * Tells schema objects among the values of a request. `json`: of the AI SDK (`Schema`, by `jsonSchema()` or `zodSchema()`),
 * which carries what is sent as `jsonSchema`, beside a validator and symbols. `foreign`: of a library such as zod, which
 * tells its JSON schema to those only who import it.
 */
export function schemaKind(value: object): 'json' | 'foreign' | undefined {
  if ('_zod' in value || '~standard' in value) return 'foreign';
  // Version 3 of zod.
  if ('_def' in value && typeof Reflect.get(value, 'parse') === 'function') return 'foreign';
  if (!('jsonSchema' in value)) return undefined;
  return 'validate' in value || Object.getOwnPropertySymbols(value).length > 0 ? 'json' : undefined;
}
