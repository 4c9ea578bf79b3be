import type { EncryptionKey } from '../../contracts/encoding-options.js';
import { fingerprint, KEY_LENGTH, keyBytes, nameId } from '../../support/secret-key.js';
import { kindOf } from '../shown-value.js';
import { textFault } from './is-text.js';
import { optionCheck } from './option-check.js';

const KEY_HELP = 'a Buffer, base64 (44 characters) or hex (64); make one with: openssl rand -base64 32';

/** Keys of AES-256. No message holds any part of one, nor of what was taken for one. */
export function IsKeyList(): PropertyDecorator {
  return optionCheck('isKeyList', keyListFault);
}

export function keyListFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return `must be an array of keys; got ${kindOf(value)}.`;
  const keys: unknown[] = value;
  if (keys.length === 0) return 'must hold a key; the first one writes, all of them read.';
  for (const [index, key] of keys.entries()) {
    const fault = itemFault(key);
    if (fault !== undefined) return `[${index}] ${fault}`;
  }
  return repetitionFault(keys);
}

function itemFault(item: unknown): string | undefined {
  if (kindOf(item) !== 'an object') return keyFault(item);
  const { id, key, ...others } = item as Record<string, unknown>;
  if (Object.keys(others).length > 0) return 'has members that are no option: a named key is { id, key }.';
  const fault = textFault(id);
  return fault === undefined ? keyFault(key) : `id ${typeof id === 'string' ? fault : 'must be a string.'}`;
}

function keyFault(key: unknown): string | undefined {
  const bytes = keyBytes(key);
  if (!bytes) return `must be ${KEY_LENGTH} bytes: ${KEY_HELP}; got ${shape(key)}.`;
  return bytes.every((byte) => byte === bytes[0]) ? 'is one byte over and over, and so no secret.' : undefined;
}

function repetitionFault(keys: readonly unknown[]): string | undefined {
  const seen = new Map<string, number>();
  for (const [index, item] of keys.entries()) {
    const id = publicId(item);
    const twin = seen.get(id);
    if (twin !== undefined) return `[${index}] has the id of [${twin}]: the same key, or the same name.`;
    seen.set(id, index);
  }
  return undefined;
}

function publicId(item: unknown): string {
  const named = kindOf(item) === 'an object' ? (item as { id: string }) : undefined;
  return (named ? nameId(named.id) : fingerprint(item as EncryptionKey)).toString('hex');
}

function shape(key: unknown): string {
  if (key instanceof Uint8Array) return `${key.byteLength} bytes`;
  if (typeof key === 'number') return 'a number. Put it in quotes';
  return typeof key === 'string' ? `a string of ${key.length} characters that is neither` : kindOf(key);
}
