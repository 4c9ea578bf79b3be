import type { AnswerFacts } from '../../ai/answers/answer-facts.js';
import { StreamFacts } from '../../ai/answers/stream-facts.js';
import type { Endpoint } from './endpoint.js';
import { serverEvent } from './server-event.js';
import { jsonObject } from './text.js';

const FAULTY: AnswerFacts = {
  text: undefined,
  finish: 'error',
  hasToolCalls: false,
  refused: false,
  usage: undefined,
  model: undefined,
};

/** Reads along what one answer says of itself. What cannot be read is an error, and so is what no client could make sense of. */
export class AnswerProbe {
  private whole: AnswerFacts | undefined;
  private readonly streamed = new StreamFacts();
  private hasFailed = false;
  private isDone = false;

  constructor(private readonly endpoint: Endpoint) {}

  /** The body is not what was asked for, or cannot be kept as it is. */
  fail(): void {
    this.hasFailed = true;
  }

  takeWhole(text: string): void {
    const answer = jsonObject(text);
    this.whole = answer && this.endpoint.factsOf(answer);
    if (this.whole === undefined) this.fail();
  }

  takeEvent(text: string): void {
    const { name, data } = serverEvent(text);
    if (data === undefined || data === '') return;
    if (data.startsWith('[DONE]')) {
      this.isDone = true;
      return;
    }
    const item = jsonObject(data);
    if (item === undefined || name === 'error') this.fail();
    else this.streamed.take(item);
  }

  /** Whether the protocol's own end has come, whatever the connection still does. */
  get hasEnded(): boolean {
    return this.streamFacts.ended === true;
  }

  /** Of all that was taken. Nothing but a reason that says that all is well is good enough. */
  get facts(): AnswerFacts {
    if (this.hasFailed) return FAULTY;
    const facts = this.whole ?? this.streamFacts;
    return facts.finish === undefined ? { ...facts, finish: 'other' } : facts;
  }

  private get streamFacts(): AnswerFacts {
    const { facts } = this.streamed;
    const ended = facts.ended === true && (this.isDone || this.endpoint.streamEnd === 'event');
    return { ...facts, ended };
  }
}
