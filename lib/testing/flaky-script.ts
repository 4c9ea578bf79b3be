import type { BackendOperation } from './backend-operation.js';
import type { FlakyHang } from './flaky-hang.js';

/** What the bytes turn into; `undefined`: absent, or never written. */
export type Corruption = (bytes: Uint8Array, key: string) => Uint8Array | undefined;

/** One way to misbehave. */
export type Misbehaviour =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hang'; readonly hang: FlakyHang }
  | { readonly kind: 'fail'; readonly error: Error }
  | { readonly kind: 'corrupt'; readonly corrupt: Corruption }
  | { readonly kind: 'loseReply'; readonly error: Error };

interface Rule {
  readonly operation: BackendOperation | 'all';
  readonly misbehaviour: Misbehaviour;
  /** How many more calls it befalls. */
  left: number;
}

/** What befalls one call, in this order: it is delayed, hangs, fails; its bytes are corrupted; its reply is lost. */
export type Fate = { readonly [K in Misbehaviour['kind']]?: Extract<Misbehaviour, { kind: K }> };

/** Who misbehaves, how, and how often: the part of a `FlakyBackend` that decides. */
export class FlakyScript {
  #rules: Rule[] = [];

  add(operation: BackendOperation | 'all', misbehaviour: Misbehaviour, times: number): void {
    if (!(times >= 1)) throw new RangeError(`FlakyBackend: ${String(times)} times; give 1 or more, or leave it out.`);
    this.#rules.push({ operation, misbehaviour, left: times });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The oldest rule of each kind that is not used up yet befalls the call, and is used up by one. */
  next(operation: BackendOperation): Fate {
    const fate: { [kind: string]: Misbehaviour } = {};
    for (const rule of this.#rules) {
      const { kind } = rule.misbehaviour;
      if (kind in fate || !matches(rule, operation)) continue;
      fate[kind] = rule.misbehaviour;
      rule.left--;
    }
    this.#rules = this.#rules.filter((rule) => rule.left > 0);
    return fate;
  }
}

function matches({ operation, misbehaviour }: Rule, called: BackendOperation): boolean {
  if (misbehaviour.kind === 'hang' && misbehaviour.hang.over) return false;
  return operation === called || (operation === 'all' && called !== 'close');
}
