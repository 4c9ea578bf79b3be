/** Who makes the vectors in this service, an `Embedder`: `@Inject(EMBEDDER)`. */
export const EMBEDDER = Symbol('Embedder');
