import { Breakdown, type CostBreakdown } from './breakdown.js';
import type { CostSums } from './cost-sums.js';
import type { Prices } from './prices.js';

/** What this process has spent and saved since its start. */
export interface CostReport {
  /** What money is counted in, as the options say it. */
  readonly currency: string | undefined;
  readonly totals: CostSums;
  readonly operations: CostBreakdown;
  readonly models: CostBreakdown;
  readonly tenants: CostBreakdown;
}

/** Whose account something goes to. */
export interface Account {
  readonly operation: string;
  readonly model: string | undefined;
  readonly tenant: string | undefined;
}

/** Keeps account of tokens, money and time by operation, model and tenant. */
export class CostLedger {
  private readonly operations = new Breakdown();
  private readonly models = new Breakdown();
  private readonly tenants = new Breakdown();

  constructor(private readonly prices: Prices) {}

  /** A generation that was not needed. The money it would have cost, where its model has a price. */
  avoid(
    operation: string,
    model: string | undefined,
    tenant: string | undefined,
    input: number,
    output: number,
    took: number,
  ): number | undefined {
    const money = this.prices.of(model, input, output);
    this.operations.row(operation).avoid(input, output, money ?? 0, took);
    this.models.row(model).avoid(input, output, money ?? 0, took);
    this.tenants.row(tenant).avoid(input, output, money ?? 0, took);
    return money;
  }

  /** A generation. What it has cost, where its model has a price. */
  spend(account: Account, input: number, output: number, took: number, isRefused: boolean): number | undefined {
    const { operation, model, tenant } = account;
    const money = this.prices.of(model, input, output);
    const tokens = input + output;
    this.operations.row(operation).spend(tokens, money ?? 0, took, isRefused);
    this.models.row(model).spend(tokens, money ?? 0, took, isRefused);
    this.tenants.row(tenant).spend(tokens, money ?? 0, took, isRefused);
    return money;
  }

  get totals(): CostSums {
    return this.operations.totals;
  }

  get report(): CostReport {
    return {
      currency: this.prices.currency,
      totals: this.totals,
      operations: this.operations.report,
      models: this.models.report,
      tenants: this.tenants.report,
    };
  }
}
