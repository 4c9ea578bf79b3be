import { CacheValueError } from './errors.js';

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

/** Levels of nesting. Deeper values would overflow the stack of whoever copies or encodes them. */
export const MAX_DEPTH = 1_000;

/** Where a walk over a value stands: the steps from the root, and the objects passed on the way. */
export class ValueTrail {
  // With room for a few: an empty array takes room for seventeen at the first.
  private readonly steps: PathStep[] = ['', '', '', ''];
  private readonly ancestors: (object | undefined)[] = [undefined, undefined, undefined, undefined];

  /** How far from the root it has been. */
  private deepest = 0;

  /** Forgets the way. */
  clear(): void {
    for (let level = 0; level <= this.deepest; level += 1) {
      this.steps[level] = '';
      this.ancestors[level] = undefined;
    }
    this.deepest = 0;
  }

  /** Takes a step down from `depth`, which replaces an earlier one from there. */
  step(depth: number, step: PathStep): void {
    this.steps[depth] = step;
  }

  /** @throws CacheValueError when `value` is one of its own ancestors, or too far from the root. */
  enter(value: object, depth: number): void {
    if (depth >= MAX_DEPTH) this.refuse(depth, 'nested too deeply');
    for (let level = 0; level < depth; level += 1) {
      if (this.ancestors[level] === value) this.refuse(depth, `a reference back to ${formatPath(this.steps, level)}`);
    }
    this.ancestors[depth] = value;
    if (depth > this.deepest) this.deepest = depth;
  }

  /** @throws CacheValueError, always. `last` is the step that leads there, where it was not taken yet. */
  refuse(depth: number, what: string, last?: PathStep): never {
    if (last !== undefined) this.steps[depth - 1] = last;
    throw new CacheValueError(formatPath(this.steps, depth), what);
  }
}

/** The first `length` steps as people write them: `$.user.items[3].save`, `$.map<"key">`. Long ways are cut in the middle. */
function formatPath(steps: readonly PathStep[], length: number): string {
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
  return typeof key === 'object' && key !== null ? 'an object' : String(key);
}

function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}...` : text);
}
