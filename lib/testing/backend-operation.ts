/** The optional methods of a backend. */
export type BackendCapability = 'scan' | 'getMany' | 'setMany' | 'deleteMany' | 'touch' | 'patch';

/** Every method of a backend. */
export type BackendOperation = 'get' | 'set' | 'delete' | 'exists' | 'ping' | 'close' | BackendCapability;
