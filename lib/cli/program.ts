import { suggestion } from '../config/suggestion.js';
import { messageOf } from '../support/message-of.js';
import { CacheError } from '../support/errors.js';
import { publicText } from '../support/public-message.js';
import { printable, readArguments } from './arguments.js';
import { GENERAL_HELP } from './help.js';
import type { Terminal } from './terminal.js';
import { TroubleError, UsageError } from './usage-error.js';
import { ownVersion } from './version.js';

const COMMANDS = ['bench'];
const GENERAL = { help: { help: 'this text' }, version: { help: 'the version' } };

/** Runs one command. Resolves to the exit code: 0, 1 when it could not be done, 2 for a usage error, 130 when interrupted. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(args, terminal);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    terminal.stderr.write(`nestjs-cached: ${explain(error)}\n`);
    if (isUsage) terminal.stderr.write('Try: nestjs-cached bench --help\n');
    return isUsage ? 2 : 1;
  }
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = args;
  // Late: help and version need neither Nest nor a cache.
  if (command === 'bench') return (await import('./bench/bench.command.js')).runBench(rest, terminal);
  if (command !== undefined && !command.startsWith('-')) throw unknownCommand(command);
  const { switches } = readArguments(args, GENERAL);
  if (switches.has('version')) terminal.stdout.write(`${ownVersion()}\n`);
  else if (switches.has('help')) terminal.stdout.write(GENERAL_HELP);
  else {
    terminal.stderr.write(GENERAL_HELP);
    return 2;
  }
  return 0;
}

function unknownCommand(command: string): UsageError {
  const meant = suggestion(command, COMMANDS);
  const instead = meant === undefined ? `There is: ${COMMANDS.join(', ')}.` : `Did you mean ${meant}?`;
  return new UsageError(`Unknown command ${printable(command)}. ${instead}`);
}

/** What is known says what to do; a fault of this program shows where it is. */
function explain(error: unknown): string {
  // Made without what was given for an option; it may show how a url is written.
  if (error instanceof UsageError) return error.message;
  const isKnown = error instanceof TroubleError || error instanceof CacheError;
  return publicText(isKnown || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message));
}
