import type { VectorFormat } from './embedding-request.js';

const BYTES = 4;

/** A vector as it stands in an answer: numbers, or the base64 of IEEE 754 binary32, little-endian. `undefined`: it is neither. */
export function vectorIn(written: unknown, format: VectorFormat): number[] | Float32Array | undefined {
  if (format === 'float') return Array.isArray(written) ? (written as number[]) : undefined;
  if (typeof written !== 'string') return undefined;
  const bytes = Buffer.from(written, 'base64');
  if (bytes.length === 0 || bytes.length % BYTES !== 0) return undefined;
  return Float32Array.from({ length: bytes.length / BYTES }, (_, at) => bytes.readFloatLE(at * BYTES));
}

export function writtenVector(vector: Float32Array, format: VectorFormat): number[] | string {
  if (format === 'float') return [...vector];
  const bytes = Buffer.alloc(vector.length * BYTES);
  vector.forEach((value, at) => bytes.writeFloatLE(value, at * BYTES));
  return bytes.toString('base64');
}
