/** What was asked, spent and saved. Tokens and money as far as the provider counts the ones and the prices know the other. */
export interface CostSums {
  /** Answers out of the cache, or shared with another caller's generation. */
  readonly served: number;
  /** How often a model was asked. */
  readonly generated: number;
  /** The part of `generated` whose answer was not stored. */
  readonly refused: number;
  /** Tokens of the answers that were served: what callers were given without a model. */
  readonly tokensServed: number;
  /** Tokens of all generations, of requests and answers. */
  readonly tokensSpent: number;
  /** Tokens of the generations that were not needed, of requests and answers. */
  readonly tokensAvoided: number;
  readonly moneySpent: number;
  readonly moneyAvoided: number;
  /** Milliseconds of all generations. */
  readonly timeSpent: number;
  /** Milliseconds that the generations took that were not needed again. */
  readonly timeAvoided: number;
}

/** Sums that grow: plain numbers, since each hit adds to some. */
export class GrowingSums implements CostSums {
  served = 0;
  generated = 0;
  refused = 0;
  tokensServed = 0;
  tokensSpent = 0;
  tokensAvoided = 0;
  moneySpent = 0;
  moneyAvoided = 0;
  timeSpent = 0;
  timeAvoided = 0;

  /** As they are now. */
  get present(): CostSums {
    return Object.assign<object, CostSums>({}, this);
  }

  avoid(input: number, output: number, money: number, took: number): void {
    this.served++;
    this.tokensServed += output;
    this.tokensAvoided += input + output;
    this.moneyAvoided += money;
    this.timeAvoided += took;
  }

  spend(tokens: number, money: number, took: number, isRefused: boolean): void {
    this.generated++;
    if (isRefused) this.refused++;
    this.tokensSpent += tokens;
    this.moneySpent += money;
    this.timeSpent += took;
  }

  add(other: CostSums): void {
    this.served += other.served;
    this.generated += other.generated;
    this.refused += other.refused;
    this.tokensServed += other.tokensServed;
    this.tokensSpent += other.tokensSpent;
    this.tokensAvoided += other.tokensAvoided;
    this.moneySpent += other.moneySpent;
    this.moneyAvoided += other.moneyAvoided;
    this.timeSpent += other.timeSpent;
    this.timeAvoided += other.timeAvoided;
  }
}
