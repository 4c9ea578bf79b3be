export { KeyvBackend, type KeyvBackendOptions } from '../../backends/keyv/keyv.backend.js';
export type { KeyvLike } from '../../backends/keyv/keyv-like.js';
