import { CacheBackendError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';

/** LMDB says EIO of a write that ended half way, as it does where the room does. */
const IS_FULL = /ENOSPC|EDQUOT|EFBIG|EIO|no space left|quota exceeded|file too large|input\/output/i;

const FULL = 'Free some space there, or raise the quota';
const FORBIDDEN = 'Let the user of this process read and write there';
const NO_FOLDER = 'Name a directory: a file stands in its place';

/** By what the system calls it, or, through LMDB, by what it says. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [IS_FULL, FULL],
  [/EACCES|EPERM|permission denied|not permitted/i, FORBIDDEN],
  [/EROFS|read-only file system/i, 'Mount a volume there that can be written to'],
  [/ENOTDIR|EEXIST|not a directory|file exists/i, NO_FOLDER],
  [/ENAMETOOLONG|name too long/i, 'Choose a shorter path'],
  [/EMFILE|ENFILE|too many open files/i, 'Raise the limit of open files'],
];

/** Whether the file could not become longer. */
export function isFull(error: unknown): boolean {
  const { code } = Object(error) as NodeJS.ErrnoException;
  return IS_FULL.test(`${String(code)} ${messageOf(error)}`);
}

/** Names the place and what helps. No message of LMDB or the file system holds a key or a value. */
export function diskError(error: unknown, directory: string): CacheBackendError {
  if (error instanceof CacheBackendError) return error;
  const { code } = Object(error) as NodeJS.ErrnoException;
  const said = messageOf(error);
  const remedy = REMEDIES.find(([pattern]) => pattern.test(`${String(code)} ${said}`))?.[1];
  return new CacheBackendError(
    `The cache in ${directory} failed: ${said}. ${remedy ?? 'Check that disk, or name another directory'} (option \`disk.directory\`).`,
    { cause: error },
  );
}
