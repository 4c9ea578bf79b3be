import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runProgram } from '../../../lib/cli/program.js';
import { FakeTerminal } from './fake-terminal.js';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = new FakeTerminal();
  const code = await runProgram(args, terminal);
  return { code, out: terminal.stdout.text, err: terminal.stderr.text };
}

describe('nestjs-cached', () => {
  it('--version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
    expect(await run('-v')).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it.each([[['--help']], [['-h']], [['bench', '--help']], [['bench', '-h']]])('%j', async (args) => {
    const { code, out, err } = await run(...args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: nestjs-cached/);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('without anything: how it is used, as an error', async () => {
    expect(await run()).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^Usage/) });
  });

  it.each([
    [['bnech'], 'nestjs-cached: Unknown command bnech. Did you mean bench?'],
    [['serve'], 'nestjs-cached: Unknown command serve. There is: bench.'],
    [['--hlep'], 'nestjs-cached: Unknown option --hlep. Did you mean --help?'],
    [['bench', '--sise', '1kb'], 'nestjs-cached: Unknown option --sise. Did you mean --size?'],
    [['bench', '--seconds', 'x'], 'nestjs-cached: --seconds must be a number from 0.05 to 60.'],
    [['bench', 'redis://:hunter2@h'], 'nestjs-cached: bench takes options alone. Is a --url missing before the url?'],
    [['redis://:hunter2@h'], 'nestjs-cached: Unknown command (not shown: it may hold a password). There is: bench.'],
  ])('%j is a usage error', async (args, message) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(`${message}\nTry: nestjs-cached bench --help\n`);
  });
});
