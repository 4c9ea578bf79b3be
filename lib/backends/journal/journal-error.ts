import { CacheBackendError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';

const FULL = 'Free some space there, or raise the quota';
const FORBIDDEN = 'Let the user of this process read and write there';
const NO_FOLDER = 'Name a directory: a file stands in its place';
const TOO_MANY = 'Raise the limit of open files';

const REMEDIES: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['EFBIG', FULL],
  ['EACCES', FORBIDDEN],
  ['EPERM', FORBIDDEN],
  ['EROFS', 'Mount a volume there that can be written to'],
  ['ENOTDIR', NO_FOLDER],
  ['EEXIST', NO_FOLDER],
  ['ENAMETOOLONG', 'Choose a shorter path'],
  ['ELOOP', 'Mend its symbolic links'],
  ['EMFILE', TOO_MANY],
  ['ENFILE', TOO_MANY],
]);

/** Names the place and what helps. A message of the file system names paths, never what is written there. */
export function journalError(error: unknown, directory: string): CacheBackendError {
  if (error instanceof CacheBackendError) return error;
  const remedy = REMEDIES.get(codeOf(error)) ?? 'Check that disk, or name another directory';
  return new CacheBackendError(
    `The journal in ${directory} failed: ${messageOf(error)}. ${remedy} (option \`journal.directory\`).`,
    { cause: error },
  );
}

export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** What is gone already needs no removing, and cannot be read. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
