import { messageOf } from '../../support/message-of.js';
import { diskError } from './disk-error.js';
import { Facts } from './facts.js';
import { fileFault } from './file-check.js';
import { openEnvironment, type LmdbEnvironment, type LmdbPackage } from './lmdb-package.js';
import type { StoreFolder } from './store-folder.js';
import { Tables } from './tables.js';

export interface OpenFile {
  readonly tables: Tables;
  readonly facts: Facts;
  /** Which file it is. */
  readonly identity: string | undefined;
}

/**
 * Opens the store of a folder, or begins one. What cannot be used is put out of the way, and told of.
 *
 * @throws CacheBackendError when not even a new one can be begun.
 */
export async function openFile(
  lmdb: LmdbPackage,
  folder: StoreFolder,
  warn: (notice: string) => void,
): Promise<OpenFile> {
  folder.make();
  const removed = folder.clearOthers();
  if (removed.length > 0)
    warn(`The cache in ${folder.directory} held stores of other versions, which are removed: ${removed.join(', ')}.`);
  for (let attempt = 0; ; attempt++) {
    const seen = folder.identity();
    try {
      return await tryOpen(lmdb, folder);
    } catch (error) {
      if (attempt === 2 || seen === undefined || isOfPlace(error) || !putAside(folder, seen)) {
        throw diskError(error, folder.directory);
      }
      warn(
        `The store in ${folder.directory} cannot be used: ${messageOf(error)}. It is kept as ${folder.file}.damaged, and a new one is begun.`,
      );
    }
  }
}

async function tryOpen(lmdb: LmdbPackage, folder: StoreFolder): Promise<OpenFile> {
  const fault = fileFault(folder.file);
  if (fault !== undefined) throw new Error(fault);
  const environment = openEnvironment(lmdb, folder.file);
  try {
    const tables = new Tables(environment);
    const facts = new Facts(tables.facts);
    if (!facts.isOurs) throw new Error(`it says "${String(facts.format)}", which is another format`);
    if (facts.format === undefined) await environment.childTransaction(() => facts.markFormat());
    return { tables, facts, identity: folder.identity() };
  } catch (error) {
    await closeQuietly(environment);
    throw error;
  }
}

/** A fault of the disk or of the process, under which a store that is in order cannot be opened either. */
function isOfPlace(error: unknown): boolean {
  const { code } = Object(error) as NodeJS.ErrnoException;
  const said = `${String(code)} ${messageOf(error)}`;
  return /ENOSPC|EDQUOT|EFBIG|EROFS|EMFILE|ENFILE|ENOMEM|no space left|quota|read-only|too many open|cannot allocate|READERS_FULL/i.test(
    said,
  );
}

async function closeQuietly(environment: LmdbEnvironment): Promise<void> {
  try {
    await environment.close();
  } catch {
    // What is wrong with it was said already.
  }
}

function putAside(folder: StoreFolder, seen: string | undefined): boolean {
  try {
    folder.setAside(seen);
    return true;
  } catch {
    return false;
  }
}
