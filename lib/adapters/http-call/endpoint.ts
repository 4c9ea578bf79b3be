import type { AnswerFacts } from '../../ai/answers/answer-facts.js';

/** One thing that a provider can be asked by POST, and what its answers are to the cache. */
export interface Endpoint {
  /** What requests are called in statistics, events and ttls. */
  readonly operation: string;
  /**
   * Whether the request is about more than its own words: what the provider keeps, or does on the way. Then it is sent, and
   * its answer is not stored. @param mayRunTools `storeToolCalls`.
   */
  readsOrChangesState(body: Readonly<Record<string, unknown>>, mayRunTools: boolean): boolean;
  /** What a whole answer says of itself; `undefined`: it is no answer of this kind. */
  factsOf(answer: object): AnswerFacts | undefined;
  /** How its streams end. `event`: with the last event of the protocol. `done`: with `data: [DONE]` after that. Absent: it has none. */
  readonly streamEnd?: 'event' | 'done';
}

/** What a provider can be asked. `undefined`: what is sent there is passed through. */
export type Endpoints = (url: URL) => Endpoint | undefined;
