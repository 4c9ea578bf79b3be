import { tryParseDuration } from '../support/duration.js';
import { shownValue } from './shown-value.js';

/** What the text of a variable means, or what is wrong with it. */
export type Reading = { readonly value: unknown } | { readonly fault: string };
export type EnvReader = (text: string) => Reading;

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];
const DECIMAL = /^\d+(?:\.\d+)?$/;
const SIZE = /^(\d+(?:\.\d+)?)\s*(b|kb|kib|mb|mib|gb|gib)?$/i;
const NODE = /^(?:\[([^\]]+)\]|([^\s:/@?#[\]]+))(?::(\d{1,5}))?$/;
const SIZES: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

export const readText: EnvReader = (text) => ({ value: text });

export const readSwitch: EnvReader = (text) => {
  const word = text.toLowerCase();
  if (TRUE.includes(word)) return { value: true };
  return FALSE.includes(word) ? { value: false } : { fault: `must be true or false; got ${shownValue(text)}.` };
};

export const readNumber: EnvReader = (text) => {
  return DECIMAL.test(text) ? { value: Number(text) } : { fault: `must be a number; got ${shownValue(text)}.` };
};

/** The name of an algorithm; `false` where the word says that there is none, `undefined` where it leaves it open. */
export const readCompression: EnvReader = (text) => {
  const word = text.toLowerCase();
  if (word === 'none' || FALSE.includes(word)) return { value: false };
  return { value: TRUE.includes(word) ? undefined : word };
};

/** An empty part stays: a variable inside that is not set is better noticed. */
export const readList: EnvReader = (text) => ({ value: text.split(',').map((part) => part.trim()) });

/** `host:port, host:port`; an IPv6 address stands in brackets. The port may be left out. */
export const readNodes: EnvReader = (text) => {
  const nodes: { host: string; port?: number }[] = [];
  for (const part of text.split(',')) {
    const match = NODE.exec(part.trim());
    if (!match) return { fault: 'must be a list such as host:6379,host:6379, without schemes and credentials.' };
    const port = match[3] === undefined ? {} : { port: Number(match[3]) };
    nodes.push({ host: match[1] ?? match[2]!, ...port });
  }
  return { value: nodes };
};

/** A number, or a word that switches on or off. */
export const readSwitchOrNumber: EnvReader = (text) => {
  const number = readNumber(text);
  const reading = 'value' in number ? number : readSwitch(text);
  return 'value' in reading ? reading : { fault: `must be true, false or a number; got ${shownValue(text)}.` };
};

/** Bare numbers are seconds here, and nowhere else: that is what `CACHE_DEFAULT_TTL=3600` means to everyone. */
export const readDuration: EnvReader = (text) => {
  if (text === 'Infinity') return { value: Infinity };
  const value = DECIMAL.test(text) ? Number(text) * 1_000 : tryParseDuration(text);
  if (value !== undefined) return { value };
  return { fault: `must be a duration; got ${shownValue(text)}. Use seconds (0 or more), or 500ms, 30s, 5m, 2h, 7d.` };
};

/** Bytes, or `64kb`, `64mb`, `1gb` in steps of 1024. */
export const readBytes: EnvReader = (text) => {
  const match = SIZE.exec(text);
  if (!match) return { fault: `must be a number of bytes, or 512kb, 64mb, 1gb; got ${shownValue(text)}.` };
  const unit = (match[2] ?? 'b').charAt(0).toLowerCase();
  return { value: Number(match[1]) * SIZES[unit]! };
};
