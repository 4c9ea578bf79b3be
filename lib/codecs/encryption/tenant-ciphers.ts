import { LRUCache } from 'lru-cache';
import type { Cipher } from '../../contracts/cipher.js';
import type { Clock } from '../../contracts/clock.js';
import { aesGcmCipher, type CipherKey } from './aes-gcm.cipher.js';

/** How many tenants' ciphers are at hand at once. Making one costs two hashes a key. */
const MAX_TENANTS = 1_000;
/** Milliseconds for which keys hold, so that a rotation needs no restart. */
const HOLD = 60_000;

interface Held {
  readonly cipher: Cipher;
  readonly until: number;
}

/** A cipher for each tenant: of its own keys, or everybody's where it has none. */
export class TenantCiphers {
  private readonly held = new LRUCache<string, Held>({ max: MAX_TENANTS });

  constructor(
    private readonly keysOf: (tenant: string) => readonly CipherKey[] | undefined,
    private readonly shared: Cipher,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @throws whatever `keysOf` throws, each time: what cannot be told must not be taken for "none of its own". */
  of(tenant: string): Cipher {
    const now = this.clock.now();
    const held = this.held.get(tenant);
    if (held !== undefined && now < held.until) return held.cipher;
    this.held.delete(tenant);
    const keys = this.keysOf(tenant);
    const cipher = keys === undefined ? this.shared : aesGcmCipher(keys);
    this.held.set(tenant, { cipher, until: now + HOLD });
    return cipher;
  }
}
