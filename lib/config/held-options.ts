import type { CacheModuleOptions } from '../contracts/options.js';

/** Options where nothing that prints a module or its providers sees them: they hold passwords and keys. */
export class HeldOptions {
  readonly #options: CacheModuleOptions;

  constructor(options: CacheModuleOptions) {
    this.#options = options;
  }

  get given(): CacheModuleOptions {
    return this.#options;
  }
}
