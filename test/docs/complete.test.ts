import { describe, expect, it } from '@jest/globals';
import * as library from 'nestjs-cached';
import { LeaseFields } from '../../lib/config/lease.options.js';
import { MemoryFields } from '../../lib/config/memory.options.js';
import { ModuleFields } from '../../lib/config/module.options.js';
import { NOT_BUILT } from '../../lib/config/not-built.js';
import { RedisFields } from '../../lib/config/redis.options.js';
import { read } from './pages.js';

const missingIn = (page: string, names: readonly string[]): string[] => {
  const text = read(page);
  return names.filter(
    (name) => !text.includes(`\`${name}`) && !text.includes(`${name}\``) && !text.includes(` ${name} `),
  );
};

describe('README.md', () => {
  const blocks = read('README.md').match(/^```[\s\S]*?^```$/gm) ?? [];

  it('has one line that runs the tests, which continuous integration runs too', () => {
    const lines = blocks
      .join('\n')
      .split('\n')
      .filter((line) => line.includes('npm test'));
    expect(lines).toEqual(['npm ci && npm test']);
  });

  it('asks for two commands under "Try it", and has room for the table of the demo', () => {
    const [, section] = /^## Try it\n([\s\S]*?)^## /m.exec(read('README.md'))!;
    expect(section!.match(/^```sh\n(.*)\n```$/gm)).toHaveLength(2);
    expect(section).toMatch(/<!-- demo:begin -->[\s\S]*<!-- demo:end -->/);
  });

  it('names every option that is built', () => {
    const later = new Set(NOT_BUILT.filter(({ path }) => !path.includes('url')).map(({ path }) => path));
    const built = ['backend', 'codec', 'redis.client'];
    const options = [
      ...Object.keys(new ModuleFields()).filter((name) => !['memory', 'redis', 'lease'].includes(name)),
      ...Object.keys(new MemoryFields()).map((name) => `memory.${name}`),
      ...Object.keys(new RedisFields()).map((name) => `redis.${name}`),
      ...Object.keys(new LeaseFields()).map((name) => `lease.${name}`),
    ].filter((path) => built.includes(path) || !later.has(path));
    const together = ['redis.port', 'redis.db', 'redis.password'];
    expect(
      missingIn(
        'README.md',
        options.filter((path) => !together.includes(path)),
      ),
    ).toEqual([]);
  });
});

describe('the pages', () => {
  it('name every error class', () => {
    expect(
      missingIn(
        'docs/errors.md',
        Object.keys(library).filter((name) => name.endsWith('Error')),
      ),
    ).toEqual([]);
  });

  it('name every method of the manager', () => {
    // Getters are not: `name`, and what is the library's own.
    const members = Object.entries(Object.getOwnPropertyDescriptors(library.CacheManager.prototype));
    const methods = members
      .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
      .map(([name]) => name);
    expect(methods).toContain('getOrSet');
    expect(missingIn('docs/manager.md', methods)).toEqual([]);
    expect(missingIn('README.md', methods)).toEqual([]);
  });

  it('name every decorator', () => {
    const decorators = Object.keys(library).filter((name) => /^(Cache(d|Put|Evict|Config)|InjectCache)$/.test(name));
    expect(decorators).toHaveLength(5);
    const page = read('docs/decorators.md');
    expect(decorators.filter((name) => !page.includes(`## @${name}\n`))).toEqual([]);
  });
});
