import { describe, expect, it } from '@jest/globals';
import { aiCacheOptionsFromEnv, AiResponseCache, mapLegacyAiOptions } from 'nestjs-cached/ai';
import { AiCacheFields } from '../../../lib/ai/options/ai-cache.fields.js';
import { AI_VARIABLES } from '../../../lib/ai/options/ai-env-variables.js';
import { read } from '../pages.js';

const page = read('docs/ai-options.md');
const rowsOf = (pattern: RegExp): string[][] =>
  [...page.matchAll(pattern)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );

describe('docs/ai-options.md', () => {
  it('names every option', () => {
    const named = rowsOf(/^\| `\w+` +\|.*$/gm).map(([name]) => name);
    for (const option of Object.keys(new AiCacheFields())) expect(named).toContain(option);
  });

  it('names every variable, with an example that is read', () => {
    const rows = rowsOf(/^\| `AI_CACHE_.*$/gm);
    const named = rows.map(([name]) => name);
    for (const name of Object.keys(AI_VARIABLES)) expect(named).toContain(name);
    for (const [name = '', option = '', example = ''] of rows) {
      const options = aiCacheOptionsFromEnv({ [name]: example });
      const group = option.split('.')[0]!;
      expect(Object.keys(options)).toEqual([group]);
    }
  });

  it('says where each of the old options goes', () => {
    const rows = rowsOf(/^\| `\w+_\w+` +\| `[\w.]+` +\|$/gm);
    expect(rows).toHaveLength(8);
    for (const [old = '', path = ''] of rows) {
      const value = /ttls|tiers/.test(old) ? {} : 'x';
      const { options } = mapLegacyAiOptions({ [old]: value });
      expect(path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], options)).toEqual(
        value,
      );
    }
  });
});

describe('docs/ai.md', () => {
  const text = read('docs/ai.md');

  it('names every method', () => {
    const members = Object.entries(Object.getOwnPropertyDescriptors(AiResponseCache.prototype));
    const inner = ['constructor', 'generate', 'scopeOf', 'storing'];
    const methods = members.map(([name]) => name).filter((name) => !inner.includes(name));
    expect(methods).toContain('getOrGenerateStream');
    expect(methods.filter((name) => !text.includes(`\`${name}(`))).toEqual([]);
  });

  it('names every reason not to store an answer', () => {
    const reasons = ['error', 'cut', 'refused', 'content-filter', 'length', 'other', 'tool-calls', 'empty', 'invalid'];
    for (const reason of [...reasons, 'instance', 'ttl', 'skipped'])
      expect(text).toMatch(new RegExp(`^\\|.*\`${reason}\``, 'm'));
  });

  it('is right about the ttls', () => {
    const named = [...text.matchAll(/^\| `(\w+)` +\| (\d+ (?:h|min)) +\|$/gm)].map(([, name, ttl]) => [name, ttl]);
    expect(named).toEqual([
      ['summarize', '2 h'],
      ['sentiment', '24 h'],
      ['key_points', '2 h'],
      ['questions', '1 h'],
      ['qa', '30 min'],
    ]);
  });
});
