import { Buffer } from 'node:buffer';
import { type FileHandle, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { temporary } from './file-name.js';
import { GroupSync } from './group-sync.js';
import { unlessGone } from './journal-error.js';

/** Keys may be personal data. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * The file this process writes to. Nobody else does; but somebody who takes this process for dead may claim it, by giving
 * it another name. What was written before that, whoever claimed it reads; so after each write the owner looks whether the
 * file is still in its place, and if not, writes the same once more elsewhere.
 */
export class OwnFile {
  readonly #sync = new GroupSync(() => this.#flush());
  /** Where the next line goes. Bytes behind it are left from a write that failed. */
  #size = 0;
  #isNamed = false;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly inode: string,
  ) {}

  /** An empty file, for `append`. */
  static create(path: string): Promise<OwnFile> {
    return OwnFile.#open(path, path);
  }

  /** A file with this text, on the disk before it takes the place of what stands there. */
  static async replace(path: string, text: string): Promise<OwnFile> {
    const draft = temporary(path);
    // Left where an earlier one failed and could not be removed.
    await unlessGone(unlink(draft));
    const file = await OwnFile.#open(path, draft);
    try {
      await file.#write(text);
      await file.handle.sync();
      await rename(draft, path);
    } catch (error) {
      await file.#discard(draft);
      throw error;
    }
    file.#sync.request();
    return file;
  }

  static async #open(path: string, openPath: string): Promise<OwnFile> {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const handle = await open(openPath, 'wx', FILE_MODE);
    try {
      return new OwnFile(path, handle, await inodeOf(handle.stat({ bigint: true })));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Resolves when the kernel has the text, with whether the file was still in its place. */
  async append(text: string): Promise<boolean> {
    await this.#write(text);
    this.#sync.request();
    return this.isInPlace();
  }

  async isInPlace(): Promise<boolean> {
    const there = await unlessGone(inodeOf(stat(this.path, { bigint: true })));
    return there === this.inode;
  }

  /** Resolves when what was appended is on the disk. */
  async settle(): Promise<void> {
    await this.#sync.settle();
    this.#sync.check();
  }

  /** Throws what writing to the disk failed with since the last time. */
  check(): void {
    this.#sync.check();
  }

  /** Sets the time that tells others whether its owner is alive. */
  async touch(instant: number): Promise<void> {
    await this.handle.utimes(instant / 1000, instant / 1000);
  }

  /** Lets go of the file, which stays. */
  async close(): Promise<void> {
    await this.#sync.settle();
    await this.handle.close();
  }

  async remove(): Promise<void> {
    await unlessGone(unlink(this.path));
    await this.close();
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.#size + done);
        done += bytesWritten;
      }
    } catch (error) {
      // Half a line would spoil the next one. Where even this fails, that one is written over it.
      await this.handle.truncate(this.#size).catch(() => {});
      throw error;
    }
    this.#size += bytes.length;
  }

  async #flush(): Promise<void> {
    await this.handle.datasync();
    if (this.#isNamed) return;
    await syncFolder(dirname(this.path));
    this.#isNamed = true;
  }

  async #discard(path: string): Promise<void> {
    await unlink(path).catch(() => {});
    await this.handle.close();
  }
}

/** A file whose name is not on the disk is lost with the power, however well its bytes are kept. */
async function syncFolder(directory: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function inodeOf(stats: Promise<{ readonly dev: bigint; readonly ino: bigint }>): Promise<string> {
  const { dev, ino } = await stats;
  return `${dev}:${ino}`;
}
