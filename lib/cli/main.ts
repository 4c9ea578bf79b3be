#!/usr/bin/env node
import { runProgram } from './program.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time somebody really wants out; what is left in the server then ends with its ttl.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}
// Whoever reads may stop reading (`| head`).
process.stdout.on('error', () => stop.abort());

const { stdout, stderr, env, argv } = process;
void runProgram(argv.slice(2), { stdout, stderr, env, signal: stop.signal }).then((code) => {
  process.exitCode = code;
});
