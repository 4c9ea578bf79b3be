export { KeyvBackend, type KeyvBackendOptions } from '../../backends/keyv/keyv.backend.js';
export type { KeyvLike } from '../../backends/keyv/keyv-like.js';
export { Keyv5Store, type Keyv5Entry } from './keyv5.store.js';
export { Keyv6Store, type Keyv6Entry } from './keyv6.store.js';
