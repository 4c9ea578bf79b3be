import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../../lib/contracts/scope.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { siblingKey, wireKey, type WireKind } from '../../../lib/support/wire-key.js';
import { WireNames } from '../../../lib/wrappers/coherence/wire-names.js';

const KINDS: readonly WireKind[] = ['v', 'l', 't', 's'];
const LONG = 'n'.repeat(300);

function open() {
  const scopes = new Scopes('app');
  const { root } = scopes;
  const names = new WireNames(root.path);
  const inner = scopes.tenant(scopes.nested(root, 'orders'), 'acme corp');
  const deep = scopes.nested(root, 'p'.repeat(150));
  return { names, all: [root, inner, deep] as const, root, inner, deep };
}

describe('wire names', () => {
  it.each(KINDS)('from a name of kind %s to its key and back, in every scope', (kind) => {
    const { names, all } = open();
    for (const scope of all) {
      for (const name of ['k', '', 'a b', '%', '{x}~', 'ä\0', LONG]) {
        const key = names.keyOf(scope, kind, name);
        expect(key).toBe(wireKey(scope.path, kind, name));
        const read = names.read(key);
        if (read === undefined || read === 'unknown') throw new Error(`${key} is ${read}`);
        expect([read.kind, read.name, read.scope.path]).toEqual([kind, name, scope.path]);
        expect(read.scope.idOf(name)).toBe(scope.idOf(name));
        expect(read.scope.lineage).toContain(scope.path);
      }
    }
  });

  it('the lease of a hashed value is known by its value, and the other way round', () => {
    const { names, root } = open();
    const value = names.keyOf(root, 'v', LONG);
    expect(value).toContain('~');
    expect(names.read(siblingKey(value, 'l'))).toEqual({ kind: 'l', name: LONG, scope: root });
    const other = names.keyOf(root, 'l', `${LONG}!`);
    expect(names.read(siblingKey(other, 'v'))).toEqual({ kind: 'v', name: `${LONG}!`, scope: root });
  });

  it('of a hashed path the name does not suffice: it has to be remembered too', () => {
    const { names, deep } = open();
    const key = wireKey(deep.path, 'v', 'k');
    expect(names.read(key)).toBe('unknown');
    names.keyOf(deep, 'v', 'k');
    expect(names.read(key)).toEqual({ kind: 'v', name: 'k', scope: deep });
    expect(names.read(wireKey(deep.path, 'v', 'other'))).toBe('unknown');
  });

  it('a hash that nobody here has made is unknown', () => {
    const { names, root } = open();
    for (const kind of KINDS) expect(names.read(wireKey(root.path, kind, LONG))).toBe('unknown');
  });

  it('hashes are forgotten, the oldest first; what a key shows is not', () => {
    const { names, root } = open();
    const first = names.keyOf(root, 'v', LONG);
    const shown = names.keyOf(root, 'v', 'k');
    const last = `${LONG}99999`;
    for (let index = 0; index < 100_000; index++) names.keyOf(root, 'v', LONG + index);
    expect(names.read(first)).toBe('unknown');
    expect(names.read(wireKey(root.path, 'v', last))).toEqual({ kind: 'v', name: last, scope: root });
    expect(names.read(shown)).toMatchObject({ kind: 'v', name: 'k' });
  });

  it.each(['', 'k', 'app', 'app:x:{k}', 'app:v:k', ':', 'app:vv:{k}', 'app:V:{k}', 'other:list:v:{k}'])(
    'somebody else’s key %j is none of this cache',
    (key) => {
      expect(open().names.read(key)).toBeUndefined();
    },
  );

  it('a scope is told by its path alone, with the ids of its entries', () => {
    const { names, root, inner } = open();
    const at = (scope: Scope): string => names.scopeAt(scope.path).idOf('k');
    expect(at(root)).toBe('k');
    expect(at(inner)).toBe(inner.idOf('k'));
    expect(names.scopeAt(root.path).idOf('\0k')).toBe(root.idOf('\0k'));
  });
});
