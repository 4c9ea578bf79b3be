// Trouble of every kind for caches that share a Redis, and a look at all they answer.
// npm run soak -- [--minutes 2] [--seed N] [--clock-offset ms]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    'clock-offset': { type: 'string', default: '2000' },
  },
});
const [minutes, seed, offset] = [values.minutes, values.seed, values['clock-offset']].map(Number);
if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error('--minutes takes a number, of a day at most.');
if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed takes a whole number.');
if (!Number.isInteger(offset)) throw new Error('--clock-offset takes whole milliseconds.');

console.error(`npm run soak -- --minutes ${minutes} --seed ${seed} --clock-offset ${offset}`);
// The test runner compiles, finds a Redis server, and ends what a soak that fails may have left.
const runner = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const child = spawn(
  process.execPath,
  [
    ...['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', runner],
    ...['--testMatch', '**/test/soak/run.soak.ts', '--silent=false'],
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, SOAK_MINUTES: `${minutes}`, SOAK_SEED: `${seed}`, SOAK_CLOCK_OFFSET: `${offset}` },
    stdio: 'inherit',
  },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
