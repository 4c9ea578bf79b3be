import type { ChatGenerationChunk } from '@langchain/core/outputs';
import type { LoaderContext } from '../../contracts/options.js';
import { factsOf } from './answer-facts.js';
import { packChunk, type PackedChunk } from './packed-chunk.js';

/** A chunk whose message is of a class of somebody else's. A function can be stored nowhere: it is handed on, and that is all. */
export interface UnpackedChunk {
  readonly raw: () => ChatGenerationChunk;
}

export type SourceItem = PackedChunk | UnpackedChunk;

/** The chunks of a model as the cache takes them. */
export class ChunkSource implements AsyncIterableIterator<SourceItem, undefined> {
  private readonly choices = new Set<unknown>();
  private readonly ended = new Set<unknown>();

  constructor(
    private readonly chunks: AsyncGenerator<ChatGenerationChunk>,
    private readonly context: LoaderContext,
    /** Whether a stream that just ends is whole. */
    private readonly trustsEnd: boolean,
    /** Whether the question is, at the end, the one that has a key. */
    private readonly isStill: () => boolean,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<SourceItem, undefined>> {
    const step = await this.chunks.next();
    if (!step.done) return { done: false, value: this.take(step.value) };
    // It may have been cut where a chunk ended: nothing says so.
    if ((!this.trustsEnd && !this.hasEnded) || !this.isStill()) this.context.skip();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<SourceItem, undefined>> {
    // A generator that waits is told by its signal alone, and this one's end is nobody's to wait for.
    this.chunks.return(undefined).catch(() => {});
    return { done: true, value: undefined };
  }

  private get hasEnded(): boolean {
    return this.ended.size > 0 && [...this.choices].every((choice) => this.ended.has(choice));
  }

  private take(chunk: ChatGenerationChunk): SourceItem {
    // Of several choices each has an end of its own; what is told at the end of the whole is of none.
    const choice: unknown = chunk.generationInfo?.['completion'];
    if (choice !== undefined) this.choices.add(choice);
    const facts = factsOf(chunk);
    if (facts.finish !== undefined) this.ended.add(choice);
    const packed = packChunk(chunk, facts);
    if (packed !== undefined) return packed;
    this.context.skip();
    return { raw: () => chunk };
  }
}
