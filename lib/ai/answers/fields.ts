/*
 * Reading of answers whose shape nobody guarantees: whatever is missing, of another type, or throws when it is read is
 * `undefined`.
 */

export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, name) as unknown;
  } catch {
    return undefined;
  }
}

export function hasField(value: unknown, name: string): boolean {
  try {
    return typeof value === 'object' && value !== null && name in value;
  } catch {
    return false;
  }
}

export function textField(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

/** Empty when there is no array of this name. */
export function listField(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : [];
}

export function hasList(value: unknown, name: string): boolean {
  return Array.isArray(fieldOf(value, name));
}

export function objectField(value: unknown, name: string): object | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'object' && field !== null ? field : undefined;
}

export function isBlank(text: string): boolean {
  return !/\S/.test(text);
}
