/** What a model costs, per million tokens, in one currency of your choice. */
export interface ModelPrice {
  /** Of the tokens of a request. */
  readonly input: number;
  /** Of the tokens of an answer. */
  readonly output: number;
}

/** Prices by the name of the model, as requests name it. */
export type PriceTable = Readonly<Record<string, ModelPrice>>;

const MILLION = 1_000_000;

/** What tokens cost. */
export class Prices {
  /** In a map: a model may be called `constructor`. */
  private readonly byModel: ReadonlyMap<string, ModelPrice>;

  constructor(
    table: PriceTable = {},
    /** What the prices are in; only shown. */
    readonly currency?: string,
  ) {
    this.byModel = new Map(Object.entries(table));
  }

  /** `undefined` for a model without a price. */
  of(model: string | undefined, inputTokens: number, outputTokens: number): number | undefined {
    const price = model === undefined ? undefined : this.byModel.get(model);
    return price && (price.input * inputTokens + price.output * outputTokens) / MILLION;
  }
}
