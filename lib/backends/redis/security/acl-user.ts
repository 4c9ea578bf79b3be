import type { RiskyCommand } from './risky-commands.js';

/** Commands and keys that are granted together: those of the user, or one of its selectors (Redis 7). */
interface Grant {
  readonly rules: readonly string[];
  readonly keys: readonly string[];
}

/** What `ACL GETUSER` says of a user, without the hashes of the passwords that it says as well. */
export class AclUser {
  private constructor(
    /** Whether any password will do, and none. */
    readonly nopass: boolean,
    private readonly grants: readonly Grant[],
  ) {}

  /** @returns `undefined` for an answer of another form. */
  static read(answer: unknown): AclUser | undefined {
    const fields = fieldsOf(answer);
    const flags = fields.get('flags');
    if (!Array.isArray(flags) || !fields.has('commands')) return undefined;
    const selectors = fields.get('selectors');
    const others = Array.isArray(selectors) ? selectors.map(fieldsOf) : [];
    return new AclUser(flags.map(String).includes('nopass'), [fields, ...others].map(grantOf));
  }

  may(command: RiskyCommand): boolean {
    return this.grants.some(({ rules }) => allows(rules, command));
  }

  get mayEvalOnEveryKey(): boolean {
    const evaluate = { call: ['eval'], categories: ['slow', 'scripting'] } as const;
    return this.grants.some(
      ({ rules, keys }) => allows(rules, evaluate) && keys.some((pattern) => /^(~|%rw~)\*+$/.test(pattern)),
    );
  }
}

function grantOf(fields: ReadonlyMap<string, unknown>): Grant {
  return { rules: wordsIn(fields.get('commands')), keys: wordsIn(fields.get('keys')).map(withTilde) };
}

/** Redis 6 lists patterns alone. */
function withTilde(pattern: string): string {
  return /^[~%]/.test(pattern) ? pattern : `~${pattern}`;
}

/** The last rule that speaks of a command decides. */
function allows(rules: readonly string[], { call, categories }: Pick<RiskyCommand, 'call' | 'categories'>): boolean {
  const [name, sub] = call;
  const meant = new Set(['@all', name, `${name}|${sub}`, ...categories.map((category) => `@${category}`)]);
  const last = rules.findLast((rule) => meant.has(rule.slice(1)));
  return last?.startsWith('+') ?? false;
}

function wordsIn(field: unknown): string[] {
  const texts = Array.isArray(field) ? field.map(String) : [String(field)];
  return texts.flatMap((text) => text.toLowerCase().split(' ')).filter((word) => word !== '');
}

/** RESP2 answers with names and values in turn, RESP3 with a map, of which clients make what they like. */
function fieldsOf(answer: unknown): ReadonlyMap<string, unknown> {
  if (answer instanceof Map)
    return new Map([...(answer as Map<unknown, unknown>)].map(([name, value]) => [String(name), value]));
  if (!Array.isArray(answer)) return new Map(Object.entries(Object(answer) as Record<string, unknown>));
  const items: unknown[] = answer;
  return new Map(items.flatMap((name, index) => (index % 2 === 0 ? [[String(name), items[index + 1]] as const] : [])));
}
