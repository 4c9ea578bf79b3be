/** Whether it is a tool as LangChain takes them: with a name and a schema. */
export function isToolLike(value: object): value is { readonly name: string; readonly schema: unknown } {
  return 'schema' in value && 'name' in value && typeof value.name === 'string';
}

/**
 * Of an instance of a tool's class what the model is told: its name, its description and its schema, and what an integration
 * may find in `extras` and `metadata`. `undefined` for anything else.
 */
export function toolRecord(value: object): object | undefined {
  if (!isToolLike(value)) return undefined;
  const { name, schema } = value;
  const [description, extras, metadata] = ['description', 'extras', 'metadata'].map((member): unknown =>
    Reflect.get(value, member),
  );
  return { name, schema, description, extras, metadata };
}
