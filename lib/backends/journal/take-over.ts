import { type FileHandle, lstat, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { QueuedChange } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';
import { claimedName, type FileName, isDead, isSilent, parseName, spellName } from './file-name.js';
import { unlessGone } from './journal-error.js';
import { readText } from './journal-text.js';

/** More than this is not read into memory, in bytes, of all files together. */
const MAX_BYTES = 64 * 1_048_576;

/** A file that somebody else wrote. */
export interface FoundFile {
  /** `undefined`: nobody can know which. */
  readonly changes: readonly QueuedChange[] | undefined;
  /** Where it stands now that it is ours to remove; `undefined`: it stays with its owner, or with who was faster. */
  readonly claim: string | undefined;
}

/**
 * What others of this namespace left in the directory, or are still writing. Nothing is removed: what is claimed stays until
 * its changes are safe elsewhere, and where that fails, whoever comes next finds it under its new name.
 *
 * @param own the name of a file to leave out.
 */
export async function findFiles(directory: string, root: Scope, own: string | undefined): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const room = { left: MAX_BYTES };
  for (const entry of (await unlessGone(readdir(directory))) ?? []) {
    const parsed = entry === own ? undefined : parseName(entry, root.namespace);
    if (!parsed) continue;
    const path = join(directory, entry);
    // Anything but a file under such a name, a pipe for one, could be waited for without end.
    if (!(await unlessGone(lstat(path)))?.isFile()) continue;
    const file = await (parsed.isTemporary ? removeDraft(path) : visit(path, parsed.name, root, room));
    if (file) found.push(file);
  }
  return found;
}

/** A draft is never the only copy of anything. One that is being written is not silent. */
async function removeDraft(path: string): Promise<undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats && isSilent(stats.mtimeMs)) await unlink(path).catch(() => {});
}

/** How many bytes may still be read. */
interface Room {
  left: number;
}

/**
 * Of several who find a dead owner's file, one can rename it; the others read it all the same, and leave it. Should the
 * owner be alive after all, then what it wrote before the renaming is read here, because a claimed file is opened anew; and
 * what it writes later, it finds to be out of place and writes again (`OwnFile`).
 */
async function visit(path: string, name: FileName, root: Scope, room: Room): Promise<FoundFile | undefined> {
  const seen = await unlessGone(open(path));
  if (!seen) return undefined;
  try {
    const { mtimeMs } = await seen.stat();
    const claim = isDead(name, mtimeMs) ? await claimFile(path, name) : undefined;
    const claimed = claim === undefined ? undefined : await unlessGone(open(claim));
    if (!claimed) return { changes: await readChanges(seen, root, room), claim: undefined };
    try {
      return { changes: await readChanges(claimed, root, room), claim };
    } finally {
      await claimed.close();
    }
  } finally {
    await seen.close();
  }
}

async function claimFile(path: string, name: FileName): Promise<string | undefined> {
  const claim = join(dirname(path), spellName(claimedName(name)));
  try {
    await rename(path, claim);
    return claim;
  } catch {
    // Somebody was faster, or it may not be touched: reading it is enough.
    return undefined;
  }
}

async function readChanges(handle: FileHandle, root: Scope, room: Room): Promise<QueuedChange[] | undefined> {
  const { size } = await handle.stat();
  room.left -= size;
  return room.left < 0 ? undefined : readText(await handle.readFile(), root);
}
