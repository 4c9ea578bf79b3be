import { parseArgs } from 'node:util';
import { suggestion } from '../config/suggestion.js';
import { UsageError } from './usage-error.js';

/** One option of a command. */
export interface OptionSpec {
  /** What stands for its value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was said, by the names of the options. */
export interface Arguments {
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  /** What stands beside the options. */
  readonly words: readonly string[];
}

const SHORT: Readonly<Record<string, string>> = { h: 'help', v: 'version' };

/**
 * Reads the command line. Messages name options and never what was given for them: that may be a url with a password.
 *
 * @throws UsageError for an option that is not known, stands twice, or has a value too many or too few.
 */
export function readArguments(args: readonly string[], specs: OptionSpecs): Arguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
  ) as Record<string, { type: 'boolean' | 'string' }>;
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const name = token.rawName.startsWith('--') ? token.name : (SHORT[token.name] ?? token.rawName);
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknownOption(token.rawName, specs);
    if (values.has(name) || switches.has(name)) throw new UsageError(`--${name} stands twice.`);
    if (spec.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`--${name} takes no value.`);
      switches.add(name);
    } else values.set(name, valueOf(name, spec.value, token.value));
  }
  return { values, switches, words };
}

function valueOf(name: string, placeholder: string, value: string | undefined): string {
  // `--url --json`: the next option is no value.
  if (value === undefined || value === '' || value.startsWith('--')) {
    throw new UsageError(`--${name} needs a value: --${name} ${placeholder}`);
  }
  return value;
}

function unknownOption(rawName: string, specs: OptionSpecs): UsageError {
  const meant = suggestion(rawName.replace(/^-+/, ''), Object.keys(specs));
  return new UsageError(
    `Unknown option ${printable(rawName)}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`,
  );
}

/** Of a word that may be anything, also a password that the shell has cut in two: only what looks like a name is shown. */
export function printable(word: string): string {
  return /^-{0,2}[a-z][a-z-]{0,23}$/i.test(word) ? word : '(not shown: it may hold a password)';
}
