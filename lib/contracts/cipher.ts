/** Which cipher is whose. */
export interface CipherBook {
  /** @throws when it cannot be told: then nothing of the tenant's may be written or read. */
  of(tenant: string): Cipher;
}

/** Keeps payloads secret, and bound to what stands round them. */
export interface Cipher {
  /** Stands in the header of every entry it wrote: 1 AES-256-GCM. */
  readonly id: number;
  readonly name: string;
  /** By how many bytes a sealed payload is longer than the plain one: the same for every payload. */
  readonly overhead: number;
  /** `context` is authenticated and not part of the result. */
  seal(plain: Uint8Array, context: Uint8Array): Uint8Array;
  /** Throws `CacheFormatError` when not a bit is as it was: of the bytes, or of the context they were sealed in. */
  open(sealed: Uint8Array, context: Uint8Array): Uint8Array;
}
