import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '../../docs/security.md');

/** The rules of the user that `docs/security.md` recommends, after its name: `on >secret ~shop:* ... +mget ...`. */
export function documentedRules(): string[] {
  const [, rules] = /^ACL SETUSER cache (.+)$/m.exec(readFileSync(PAGE, 'utf8'))!;
  return rules!.split(' ');
}

/** Those that `docs/security.md` lists as optional, by what they are good for. */
export function optionalRules(): ReadonlyMap<string, string> {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `([+&~][^`]+)` +\| (.+?) *\|$/gm);
  return new Map(Array.from(rows, ([, rule, use]) => [rule!.replaceAll('\\|', '|'), use!]));
}
