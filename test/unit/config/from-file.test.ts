import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cacheOptionsFromFile } from '../../../lib/config/from-file.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { configErrorOf, faultsOf } from './faults-of.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nestjs-cached-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The one fault of a file; its path must be the file's. */
function faultOfFile(name: string, text: string): string {
  const path = file(name, text);
  const found = faultsOf(() => cacheOptionsFromFile(path));
  expect(Object.keys(found)).toEqual([path]);
  return found[path]!;
}

const YAML = `
# comments are allowed
namespace: shop
ttl: 5m
memory: { maxEntries: 500 }
redis:
  url: redis://localhost
  commandTimeout: 80
operations:
  ocr: 2d
`;
const OPTIONS = {
  namespace: 'shop',
  ttl: '5m',
  memory: { maxEntries: 500 },
  redis: { url: 'redis://localhost', commandTimeout: 80 },
  operations: { ocr: '2d' },
};

describe('cacheOptionsFromFile', () => {
  it.each(['a.yaml', 'a.yml', 'A.YAML'])('reads %s', (name) => {
    expect(cacheOptionsFromFile(file(name, YAML))).toEqual(OPTIONS);
  });

  it('reads JSON, with or without a byte order mark', () => {
    expect(cacheOptionsFromFile(file('a.json', JSON.stringify(OPTIONS)))).toEqual(OPTIONS);
    expect(cacheOptionsFromFile(file('bom.json', `\uFEFF${JSON.stringify(OPTIONS)}`))).toEqual(OPTIONS);
  });

  it('takes a bare number for milliseconds', () => {
    expect(resolveOptions(cacheOptionsFromFile(file('ms.yaml', 'ttl: 3600'))).ttl).toBe(3_600);
  });

  it('says when there is no such file, or it cannot be read', () => {
    const missing = join(folder, 'missing.json');
    expect(faultsOf(() => cacheOptionsFromFile(missing))).toEqual({ [missing]: 'does not exist.' });
    const directory = mkdtempSync(join(folder, 'd-')) + '.json';
    expect(faultsOf(() => cacheOptionsFromFile(directory))[directory]).toBe('does not exist.');
    const within = join(file('plain.json', '{}'), 'x.json');
    expect(faultsOf(() => cacheOptionsFromFile(within))[within]).toBe('cannot be read (ENOTDIR).');
  });

  it.each(['options.toml', 'options', '.json', 'options.constructor'])('refuses the kind of %s', (name) => {
    expect(faultOfFile(name, '{}')).toBe('must end with .json, .yaml or .yml.');
  });

  it.each([
    ['a.json', '[]', 'an array'],
    ['a.json', '"x"', 'a string'],
    ['a.json', 'null', 'null'],
    ['a.yaml', '- a\n- b', 'an array'],
    ['a.yaml', '', 'null'],
    ['a.yaml', '# nothing\n', 'null'],
  ])('says what %s holds instead of an object: %j', (name, text, what) => {
    expect(faultOfFile(name, text)).toBe(`must hold an object of options; it holds ${what}.`);
  });

  it.each([
    ['', 1],
    ['{', 1],
    ['{\n  "ttl": 5,\n}', 3],
    ['{\n  "ttl": 5\n  "name": "a"\n}', 3],
    ["{\n  'ttl': 5\n}", 2],
    ['{\n  ttl: 5\n}', 2],
    ['{\n  "ttl": 05\n}', 2],
    ['{\n  "ttl": 5,\n\n  // why\n  "name": "a"\n}', 4],
    ['{ "a": [1,\n 2,,\n 3] }', 2],
    ['{ "a": [1,\n 2\n}', 3],
    ['{ "a": "x\ny" }', 1],
    ['{ "a": "\\x" }', 1],
    ['{ "a" 5 }', 1],
    ['{ "a":\n}', 2],
    ['{ "a":: 5 }', 1],
    ['{}\n}', 2],
    ['{}\n{}', 2],
    ['{}\n,', 2],
    ['{ "a": tru }', 1],
    ['{\n"a": {\n"b": [ { } , [ ] , ] }}', 3],
    ['{\n"a": 1\n\n\n', 2],
    ['[\n}', 2],
    ['{ 5:\n 1 }', 1],
    ['{ "a": 1 }\n}', 2],
    ['{ "a":\n}\n\n5', 2],
  ])('names the line of bad JSON: %j', (text, line) => {
    expect(faultOfFile('bad.json', text)).toBe(`line ${line}: bad JSON.`);
  });

  it.each([
    ['ttl: 5\nttl: 6\n', 'line 2: bad YAML (duplicate key).'],
    ['redis:\n  url: [a\nttl: 5\n', 'line 3: bad YAML'],
    ['a: "x\n', 'line 2: bad YAML'],
    ['ttl: 5\n---\nttl: 6\n', 'line 2: bad YAML (multiple docs).'],
    ['ttl: *unknown\n', 'bad YAML: an alias (*) without its anchor (&)'],
  ])('names the line of bad YAML: %j', (text, message) => {
    expect(faultOfFile('bad.yaml', text)).toContain(message);
  });

  it('checks the options as forRoot does, and names the file', () => {
    const path = file('faults.yaml', 'ttll: 5\nredis:\n  port: x\nfallback: disk\n');
    expect(faultsOf(() => cacheOptionsFromFile(path))).toEqual({
      fallback: `must be one of 'memory', 'none'; got "disk". (In ${path}.)`,
      ttll: `is no option. Did you mean \`ttl\`? (In ${path}.)`,
      'redis.port': `must be a whole number from 1 to 65535; got "x". (In ${path}.)`,
    });
  });

  it('leaves the address of Redis to another source', () => {
    expect(cacheOptionsFromFile(file('redis.yaml', 'backend: redis'))).toEqual({ backend: 'redis' });
  });

  it.each([
    ['s.json', '{ "redis": { "password": "hunter22" '],
    ['s.json', '{ "redis": { "password": hunter22 } }'],
    ['s.json', '{ "password": "hunter22", "redis": { "password": ["hunter22"], "url": "redis://:hunter22@" } }'],
    ['s.yaml', 'redis:\n  password: hunter22\n   url: redis://:hunter22@a\n'],
    ['s.yaml', 'redis:\n  password: *hunter22\n'],
    ['s.yaml', 'redis:\n  url redis://:hunter22@host:\n'],
    ['s.yaml', 'redis://:hunter22@host: 5\n'],
    ['s.yaml', 'redis: redis://:hunter22@host\n'],
    ['s.yaml', '"hunter22" "hunter22"\n'],
    ['s.yaml', 'backend: redis://:hunter22@host/0\nredis:\n  host: hunter22@a:1\n  db: redis://:hunter22@a\n'],
  ])('never shows a password: %s %j', (name, text) => {
    const path = file(name, text);
    const error = configErrorOf(() => cacheOptionsFromFile(path));
    expect(String(error.stack) + JSON.stringify(error)).not.toContain('hunter22');
  });
});
