import { hostname } from 'node:os';
import { systemRandom } from '../../support/clock.js';
import { sha256 } from '../../support/sha256.js';
import { escapeSegment } from '../../support/wire-key.js';

/** How often an owner touches its file, in milliseconds. */
export const BEAT_MS = 60_000;
/** An owner that has not done so for this long is gone, in milliseconds. */
const SILENCE_MS = 5 * 60_000;
/** How much of a host's name stays as it is: file systems take 255 bytes for the whole name. */
const HOST_LIMIT = 80;

/** namespace . host . pid . process . file; a host's name may hold dots, the others hold none. */
const NAME = /^([0-9a-f]{32})\.([\w.%~-]+)\.([1-9]\d{0,9})\.([\w-]+)\.([\w-]+)\.journal(\.tmp)?$/;

/** A container that starts again has the same host name and pid as the one before it. */
const PROCESS = systemRandom.id();

/** Whose file it is, as its name tells: a name is whole even where the file is not. */
export interface FileName {
  readonly namespace: string;
  readonly host: string;
  readonly pid: number;
  readonly process: string;
  /** Nobody else's; a file that is claimed gets another one. */
  readonly file: string;
}

export function newFileName(namespace: string): FileName {
  return {
    namespace: spellNamespace(namespace),
    host: spellHost(hostname()),
    pid: process.pid,
    process: PROCESS,
    file: systemRandom.id(),
  };
}

/** The same owner's, and found as such by whoever comes next; but no longer where the owner looks for it. */
export function claimedName(name: FileName): FileName {
  return { ...name, file: systemRandom.id() };
}

export function spellName({ namespace, host, pid, process: owner, file }: FileName): string {
  return `${namespace}.${host}.${pid}.${owner}.${file}.journal`;
}

/** What a replacement is called until it is whole. */
export function temporary(path: string): string {
  return `${path}.tmp`;
}

/** `undefined` for what is no file of this namespace's journals. */
export function parseName(
  text: string,
  namespace: string,
): { readonly name: FileName; readonly isTemporary: boolean } | undefined {
  const [, space, host, pid, owner, file, suffix] = NAME.exec(text) ?? [];
  if (space !== spellNamespace(namespace)) return undefined;
  const name = { namespace: space, host: host!, pid: Number(pid), process: owner!, file: file! };
  return { name, isTemporary: suffix !== undefined };
}

/**
 * Whether nobody writes to the file any more. May be wrong: a process that was halted for minutes, or one that shares its
 * host's name but not its process ids. Hence the claim in `takeOver`, which an owner notices.
 *
 * @param touchedAt the file's time of modification, in milliseconds; a clean end sets it to 0.
 */
export function isDead(name: FileName, touchedAt: number): boolean {
  if (isSilent(touchedAt)) return true;
  if (name.host !== spellHost(hostname())) return false;
  return name.pid === process.pid ? name.process !== PROCESS : !isRunning(name.pid);
}

/** Instants of the wall clock: the monotonic ones of two processes cannot be compared. */
export function isSilent(touchedAt: number): boolean {
  return Math.abs(Date.now() - touchedAt) > SILENCE_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function spellNamespace(namespace: string): string {
  return sha256(namespace).slice(0, 32);
}

function spellHost(host: string): string {
  const escaped = escapeSegment(host);
  return escaped.length <= HOST_LIMIT ? escaped : `${escaped.slice(0, 40)}~${sha256(host).slice(0, 32)}`;
}
