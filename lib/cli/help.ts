import type { OptionSpecs } from './arguments.js';

const WIDTH = 100;

export const GENERAL_HELP = `Usage: nestjs-cached <command> [options]

Commands:
  bench      measures your Redis as this library uses it, and advises

Options:
  --help     this text; after a command: its own
  --version  the version of nestjs-cached
`;

/** @param before what stands above the options; @param after what stands below. */
export function optionsHelp(before: string, specs: OptionSpecs, after: string): string {
  const rows = Object.entries(specs).map(([name, { value, help }]) => {
    return [`  --${name}${value === undefined ? '' : ` ${value}`}`, help] as const;
  });
  const column = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, help]) => {
    return left.padEnd(column) + wrap(help, WIDTH - column).join(`\n${' '.repeat(column)}`);
  });
  return `${before}\n\nOptions:\n${lines.join('\n')}\n\n${after}\n`;
}

/** Lines of at most `width` characters; a word that is longer stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
