// Writes the tables of docs/faults.md from the rows that its tests are held against.
// npm run docs:faults
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// The test that compares the page knows how it should be, and the test runner compiles it.
const runner = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', runner, 'test/unit/faults-page.test.ts'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, WRITE_FAULTS: '1' },
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
