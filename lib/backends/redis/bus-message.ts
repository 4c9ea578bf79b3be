/**
 * What processes tell each other on the channel of their cache, as a JSON array:
 *
 *     [1, sender, number, "k", [key, ...]]       these keys have changed
 *     [1, sender, number, "p", path, pattern]    keys of the scope that match were taken away
 *     [1, sender, number, "n"]                   nothing was changed after all; it only takes its number
 *     [1, sender, number, "b"]                   a beat: `number` is that of the sender's last message
 *
 * The first member is the version of the format, `sender` a random text, and `number` counts a sender's messages from 1.
 */
export type FleetMessage = Numbered & (KeysMessage | PatternMessage | Wordless);

interface Numbered {
  readonly sender: string;
  readonly number: number;
}
interface KeysMessage {
  readonly kind: 'keys';
  readonly keys: readonly string[];
}
interface PatternMessage {
  readonly kind: 'pattern';
  readonly path: string;
  readonly pattern: string;
}
interface Wordless {
  readonly kind: 'nothing' | 'beat';
}

const VERSION = 1;

export function fleetChannel(rootPath: string): string {
  return `${rootPath}:bus`;
}

export function writeMessage(message: FleetMessage): string {
  const head = [VERSION, message.sender, message.number];
  if (message.kind === 'keys') return JSON.stringify([...head, 'k', message.keys]);
  if (message.kind === 'pattern') return JSON.stringify([...head, 'p', message.path, message.pattern]);
  return JSON.stringify([...head, message.kind === 'beat' ? 'b' : 'n']);
}

/** `undefined`: not of this format. A later version may have said anything with it. */
export function readMessage(text: string): FleetMessage | undefined {
  const parts = parsed(text);
  if (!Array.isArray(parts)) return undefined;
  const [version, sender, number, kind, first, second] = parts as unknown[];
  if (version !== VERSION || typeof sender !== 'string' || !Number.isSafeInteger(number)) return undefined;
  const head = { sender, number: number as number };
  if (kind === 'b') return { ...head, kind: 'beat' };
  if (kind === 'n') return { ...head, kind: 'nothing' };
  if (kind === 'k' && isTexts(first)) return { ...head, kind: 'keys', keys: first };
  if (kind === 'p' && isTexts([first, second])) {
    return { ...head, kind: 'pattern', path: first as string, pattern: second as string };
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}
