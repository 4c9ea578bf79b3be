/** A step into a map or a set, where no property name leads. */
export class CollectionStep {
  constructor(
    private readonly key: unknown,
    private readonly index: number,
    private readonly part: 'value' | 'key' | 'item',
  ) {}

  toString(): string {
    if (this.part === 'item') return `<${this.index}>`;
    if (this.part === 'key') return `<key ${this.index}>`;
    return `<${describeKey(this.key)}>`;
  }
}

/** One step of the way from a value to something inside it. */
export type PathStep = string | number | CollectionStep;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const SHOWN_STEPS = 24;
const SHOWN_LENGTH = 60;

/** The first `length` steps as people write them: `$.user.items[3].save`, `$.map<"key">`. Long ways are cut in the middle. */
export function formatPath(steps: readonly PathStep[], length: number): string {
  const shown = steps.slice(0, length);
  if (shown.length <= SHOWN_STEPS) return `$${shown.map(formatStep).join('')}`;
  const half = SHOWN_STEPS / 2;
  return `$${shown.slice(0, half).map(formatStep).join('')} ... ${shown.slice(-half).map(formatStep).join('')}`;
}

function formatStep(step: PathStep): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step !== 'string') return step.toString();
  return IDENTIFIER.test(step) ? `.${step}` : `[${quote(step)}]`;
}

function describeKey(key: unknown): string {
  if (typeof key === 'string') return quote(key);
  if (typeof key === 'bigint') return `${key}n`;
  if (typeof key === 'symbol') return 'a symbol';
  return typeof key === 'object' && key !== null ? 'an object' : String(key as number | boolean | null | undefined);
}

function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}...` : text);
}
