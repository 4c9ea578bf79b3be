import { createStore } from '../../../dist/assembly/create-store.js';

/**
 * `guarded`: the store as the module makes it. `bare`: the same without what guards it against outages; the one place to
 * change when that is switched off in another way.
 * @type {Record<'guarded' | 'bare', typeof createStore>}
 */
export const STORES = {
  guarded: createStore,
  bare: (options, isolation, listener) =>
    createStore(/** @type {typeof options} */ ({ ...options, resilience: undefined }), isolation, listener),
};
