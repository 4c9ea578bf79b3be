/** How long the text of a request is. What is answered about a small one is worth keeping in the process, say. */
export type SizeTier = 'small' | 'medium' | 'large' | 'huge';

/** The longest text of each tier, in characters (UTF-16 code units); longer than `large` is `huge`. */
export interface SizeTiers {
  /** Default 500. */
  readonly small: number;
  /** Default 5,000. */
  readonly medium: number;
  /** Default 50,000. */
  readonly large: number;
}

/** `<operation>:<tier>:`, the operation bare or quoted as in JSON, so that no operation can spell a tier. */
const HEAD = /^(?:[A-Za-z0-9_.-]+|"(?:[^"\\]|\\.)*"):(small|medium|large|huge):/s;

export function tierOfLength(length: number, tiers: SizeTiers): SizeTier {
  if (length <= tiers.small) return 'small';
  if (length <= tiers.medium) return 'medium';
  return length <= tiers.large ? 'large' : 'huge';
}

/** The tier that a key of `RequestKeys` tells; `undefined` for any other key. */
export function tierOfKey(key: string): SizeTier | undefined {
  return HEAD.exec(key)?.[1] as SizeTier | undefined;
}
