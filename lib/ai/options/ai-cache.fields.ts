import { IsByteSize } from '../../config/checks/is-byte-size.js';
import { IsWholeNumber } from '../../config/checks/is-number.js';
import { optionCheck } from '../../config/checks/option-check.js';
import { IsSwitch, IsText, oneOfFault } from '../../config/checks/is-text.js';
import type { FieldsOf } from '../../config/option-fields.js';
import { isGroup } from '../../config/option-faults.js';
import { kindOf, shownName, shownValue } from '../../config/shown-value.js';
import type { SizeTiers } from '../keys/size-tier.js';
import type { AiCacheOptions } from './ai-cache-options.js';

const TIERS = ['small', 'medium', 'large', 'huge'] as const;

/** A field without a check is a group with fields of its own. */
export class AiCacheFields implements FieldsOf<AiCacheOptions> {
  @IsText() name: unknown;
  @IsSwitch() isGlobal: unknown;
  cache: unknown;
  operationTtls: unknown;
  @IsWholeNumber(0) textHashThreshold: unknown;
  @IsWholeNumber(1) maxTextLength: unknown;
  sizeTiers: unknown;
  @IsTierList() memoryTiers: unknown;
  @IsByteSize(0) compressionThreshold: unknown;
  @IsWholeNumber(0, 22) compressionLevel: unknown;
  @IsPriceTable() prices: unknown;
  @IsText() currency: unknown;
  tenant: unknown;
  @IsPathList() ignore: unknown;
  @IsSwitch() storeToolCalls: unknown;
}

export class SizeTierFields implements FieldsOf<SizeTiers> {
  @IsWholeNumber(0) small: unknown;
  @IsWholeNumber(0) medium: unknown;
  @IsWholeNumber(0) large: unknown;
}

export class AiTenantFields implements FieldsOf<NonNullable<AiCacheOptions['tenant']>> {
  @IsSwitch() required: unknown;
}

function IsTierList(): PropertyDecorator {
  return optionCheck('isTierList', (value) => listFault(value, (item) => oneOfFault(item, TIERS)));
}

function IsPathList(): PropertyDecorator {
  return optionCheck('isPathList', (value) => {
    return listFault(value, (item) => {
      const isPath = typeof item === 'string' && item.split('.').every((name) => name !== '');
      return isPath ? undefined : `must be a path such as 'metadata.requestId'; got ${shownValue(item)}.`;
    });
  });
}

/** `{ 'a model': { input, output } }`. */
function IsPriceTable(): PropertyDecorator {
  return optionCheck('isPriceTable', (value) => {
    if (!isGroup(value)) return `must be an object of prices by model; got ${kindOf(value)}.`;
    for (const [model, price] of Object.entries(value) as [string, unknown][]) {
      const fault = priceFault(price);
      if (fault !== undefined) return `${JSON.stringify(shownName(model))} ${fault}`;
    }
    return undefined;
  });
}

function priceFault(price: unknown): string | undefined {
  if (!isGroup(price)) return `must be { input, output }; got ${kindOf(price)}.`;
  const { input, output, ...others } = price as Record<string, unknown>;
  if (Object.keys(others).length > 0) return 'has members other than input and output.';
  for (const [name, amount] of Object.entries({ input, output })) {
    const fits = typeof amount === 'number' && amount >= 0 && amount < Infinity;
    if (!fits) return `${name} must be a price per million tokens, 0 or more; got ${shownValue(amount)}.`;
  }
  return undefined;
}

function listFault(value: unknown, faultOf: (item: unknown) => string | undefined): string | undefined {
  if (!Array.isArray(value)) return `must be an array; got ${kindOf(value)}.`;
  for (const [index, item] of (value as unknown[]).entries()) {
    const fault = faultOf(item);
    if (fault !== undefined) return `[${index}] ${fault}`;
  }
  return undefined;
}
