/**
 * Tells schema objects among the values of a request. `json`: of the AI SDK (`Schema`, by `jsonSchema()` or `zodSchema()`),
 * which carries what is sent as `jsonSchema`, beside a validator and symbols. `foreign`: of a library such as zod, which
 * tells its JSON schema to those only who import it.
 */
export function schemaKind(value: object): 'json' | 'foreign' | undefined {
  // A JSON schema that zod has made carries a hidden `~standard`, beside all that is to be read.
  if ('_zod' in value || ('~standard' in value && !isHidden(value, '~standard'))) return 'foreign';
  // Version 3 of zod.
  if ('_def' in value && typeof Reflect.get(value, 'parse') === 'function') return 'foreign';
  if (!('jsonSchema' in value)) return undefined;
  return 'validate' in value || Object.getOwnPropertySymbols(value).length > 0 ? 'json' : undefined;
}

function isHidden(value: object, name: string): boolean {
  return Object.getOwnPropertyDescriptor(value, name)?.enumerable === false;
}

/**
 * A tool of the AI SDK that the provider brings along (`openai.tools.webSearch()`; type `provider-defined` in its version 5):
 * `id` and `args` are all that is sent of it.
 */
export function isProviderTool(tool: object): boolean {
  const type: unknown = Reflect.get(tool, 'type');
  return (type === 'provider' || type === 'provider-defined') && typeof Reflect.get(tool, 'id') === 'string';
}

/** Whether it is a schema of a tool that cannot be read: one that is made when it is needed, or of a library. */
export function isUnreadable(name: string, value: unknown): boolean {
  if (name !== 'inputSchema' && name !== 'outputSchema') return false;
  return (
    typeof value === 'function' || (typeof value === 'object' && value !== null && schemaKind(value) === 'foreign')
  );
}
