/** Who answers in this service, an `AiEngine`: `@Inject(AI_ENGINE)`. */
export const AI_ENGINE = Symbol('AiEngine');
