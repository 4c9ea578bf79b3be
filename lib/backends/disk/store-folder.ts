import { accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from './disk-error.js';
import { FORMAT } from './layout.js';

/** What is cached may be personal data. */
const FOLDER_MODE = 0o700;
const STORE = /^cache-(\d+)\.mdb$/;
/** Milliseconds. Whoever runs another version beside this one uses its store more often. */
const DAY = 86_400_000;

/** The folder of a store, and the names in it. Each format of the layout has a file of its own, so no other is ever misread. */
export class StoreFolder {
  readonly file: string;

  constructor(readonly directory: string) {
    this.file = join(directory, `cache-${FORMAT}.mdb`);
  }

  /** @throws CacheBackendError naming the directory, when it cannot be made or written to. */
  make(): void {
    try {
      mkdirSync(this.directory, { recursive: true, mode: FOLDER_MODE });
      accessSync(this.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw diskError(error, this.directory);
    }
  }

  /** Which file stands in the store's place; `undefined`: none. */
  identity(): string | undefined {
    try {
      const { dev, ino } = statSync(this.file, { bigint: true });
      return `${dev}:${ino}`;
    } catch (error) {
      // Also where the folder is a file by now.
      if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
      throw error;
    }
  }

  /** Puts the file out of the way; the one that was put there before is gone then. `seen`: which file is meant. */
  setAside(seen: string | undefined): void {
    // Another process has done it already, and begun a new one.
    if (seen === undefined || this.identity() !== seen) return;
    rmSync(`${this.file}.damaged`, { recursive: true, force: true });
    renameSync(this.file, `${this.file}.damaged`);
    rmSync(`${this.file}-lock`, { force: true });
  }

  /** Removes stores of other formats that nobody has written to for a day. Their names. */
  clearOthers(): string[] {
    const others = readdirSync(this.directory).filter(
      (name) => STORE.test(name) && join(this.directory, name) !== this.file,
    );
    return others.filter((name) => {
      const path = join(this.directory, name);
      const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
      if (age < DAY) return false;
      for (const each of [path, `${path}-lock`, `${path}.damaged`]) rmSync(each, { recursive: true, force: true });
      return true;
    });
  }
}
