import { describe, expect, it } from '@jest/globals';
import { printable, readArguments } from '../../../lib/cli/arguments.js';
import { UsageError } from '../../../lib/cli/usage-error.js';

const SPECS = { url: { value: 'redis://...', help: '' }, 'hit-ratio': { value: '0.9', help: '' }, json: { help: '' } };
const read = (...args: string[]) => readArguments(args, SPECS);
const fault = (...args: string[]): string => {
  try {
    read(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return 'none';
};

describe('readArguments', () => {
  it('reads values in both spellings, switches, and what stands beside them', () => {
    const { values, switches, words } = read('--url', 'redis://h', '--hit-ratio=0.5', 'word', '--json');
    expect([...values]).toEqual([
      ['url', 'redis://h'],
      ['hit-ratio', '0.5'],
    ]);
    expect([...switches]).toEqual(['json']);
    expect(words).toEqual(['word']);
  });

  it.each([
    [['--hit-ration', '1'], 'Unknown option --hit-ration. Did you mean --hit-ratio?'],
    [['--frobnicate'], 'Unknown option --frobnicate.'],
    [['-x'], 'Unknown option -x.'],
    [['--url'], '--url needs a value: --url redis://...'],
    [['--url', '--json'], '--url needs a value: --url redis://...'],
    [['--url='], '--url needs a value: --url redis://...'],
    [['--json=1'], '--json takes no value.'],
    [['--json', '--json'], '--json stands twice.'],
    [['--url', 'a', '--url', 'b'], '--url stands twice.'],
    [['--constructor'], 'Unknown option --constructor.'],
  ])('refuses %j', (args, message) => {
    expect(fault(...args)).toBe(message);
  });

  it.each([[['--ulr=redis://:hunter2@h']], [['--redis://:hunter2@h']], [['--json=hunter2']]])(
    'shows nothing of what was given: %j',
    (args) => {
      expect(fault(...args)).not.toContain('hunter2');
    },
  );

  it('shows words that are names, and no others', () => {
    expect(printable('bnech')).toBe('bnech');
    expect(printable('hunter2')).not.toContain('hunter2');
  });
});
