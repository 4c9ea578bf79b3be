const SHOWN_LENGTH = 32;

/**
 * A value as an error message may show it. Long texts, and those that could be a url with a password in it, are told by
 * their length only.
 */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') {
    const secretive = value.length > SHOWN_LENGTH || /[:@/]/.test(value);
    return secretive ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return kindOf(value);
}

/**
 * The name of an option as the path of a fault may show it. A misplaced blank in YAML makes a name of a whole line, and so
 * perhaps of a secret: one of 32 bytes has at least 43 characters.
 */
export function shownName(name: string): string {
  return /^[\w$:. -]{0,42}$/.test(name) ? name : `(a name of ${name.length} characters)`;
}

/** What something is, and nothing of what it holds. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'a class' : 'a function';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' ? 'an object' : `a ${tag}`;
}
