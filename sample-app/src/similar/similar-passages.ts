import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { UnreadableFileError } from '../files/unreadable-file.error.js';
import { groupsOf } from '../support/groups.js';
import type { Embedder } from './embedder.js';
import { EMBEDDER } from './embedder.token.js';
import { Nearest, similarityOf } from './nearest.js';
import { PassageVectors } from './passage-vectors.js';
import type { EmbedCount } from './passage-vectors.js';
import { LIMITS, PassageShelf } from './passages/passage-shelf.js';
import type { DocumentPassages } from './passages/passage-shelf.js';
import { shortened } from './passages/text-up-to.js';
import type { SimilarBody } from './similar-body.js';

/** The vectors of so many documents are got at the same time, so that a model is asked for many texts at once. */
const ABREAST = 8;
const SHOWN_LENGTH = 240;

export interface SimilarPassage {
  readonly hash: string;
  /** The title of its document. */
  readonly name: string | null;
  /** Counted from 1. */
  readonly passage: number;
  /** Its beginning. */
  readonly text: string;
  /** Cosine, from -1 to 1. */
  readonly similarity: number;
}

export interface SimilarAnswer {
  readonly hash: string;
  /** The number of the passage that was the question; `null` where it was a text. */
  readonly passage: number | null;
  /** The beginning of the question. */
  readonly question: string;
  readonly engine: string;
  readonly threshold: number;
  /** Most similar first. */
  readonly similar: readonly SimilarPassage[];
  readonly searched: {
    readonly documents: number;
    readonly passages: number;
    /** How many of these documents have more passages than are looked at. */
    readonly incomplete: number;
    /** Whether there are documents that were not looked at. */
    readonly moreDocuments: boolean;
    readonly limits: typeof LIMITS;
  };
  /** How many texts had no vector yet. */
  readonly embedded: number;
}

/** Compares a passage or a text with the passages of all documents that are in the cache. */
@Injectable()
export class SimilarPassages {
  constructor(
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    private readonly shelf: PassageShelf,
    private readonly vectors: PassageVectors,
  ) {}

  /** @throws {NotFoundException} {BadRequestException} {UnreadableFileError} {AiProviderError} */
  async find(hash: string, body: SimilarBody): Promise<SimilarAnswer> {
    const { limit, includeOwn, threshold = this.embedder.threshold } = body;
    const own = await this.shelf.of(hash);
    const count: EmbedCount = { texts: 0 };
    const asked = body.text === undefined ? body.passage : null;
    const question = body.text ?? passageOf(own, body.passage);
    const vector = await this.#vectorOf(own, body, count);

    const { documents, complete } = await this.shelf.all(includeOwn ? undefined : hash);
    const nearest = new Nearest<Omit<SimilarPassage, 'similarity'>>(limit, threshold);
    for (const group of groupsOf(documents, ABREAST)) {
      const vectors = await Promise.all(group.map((document) => this.vectors.ofPassages(document, count)));
      for (const [place, document] of group.entries()) {
        for (const [index, other] of vectors[place]!.entries()) {
          // A passage is not similar to itself.
          if (document.hash === hash && index + 1 === asked) continue;
          nearest.show(similarityOf(vector, other), () => passageIn(document, index));
        }
      }
    }
    return {
      hash,
      passage: asked,
      question: shortened(question, SHOWN_LENGTH),
      engine: this.embedder.name,
      threshold,
      similar: nearest.found.map(({ similarity, item }) => ({ ...item, similarity: rounded(similarity) })),
      searched: {
        documents: documents.length,
        passages: documents.reduce((sum, { passages }) => sum + passages.length, 0),
        incomplete: documents.filter((document) => !document.complete).length,
        moreDocuments: !complete,
        limits: LIMITS,
      },
      embedded: count.texts,
    };
  }

  async #vectorOf(own: DocumentPassages, { text, passage }: SimilarBody, count: EmbedCount): Promise<Float32Array> {
    if (text !== undefined) return this.vectors.ofText(text, count);
    const [vector] = await this.vectors.ofPassages({ ...own, passages: [passageOf(own, passage)] }, count);
    return vector!;
  }
}

function passageOf({ passages, complete }: DocumentPassages, number: number): string {
  if (passages.length === 0) throw new UnreadableFileError('No text was found in the file.');
  const passage = passages[number - 1];
  if (passage !== undefined) return passage;
  const known = complete ? `The document has ${passages.length}` : `The first ${passages.length} are looked at`;
  throw new BadRequestException(`There is no passage ${number}. ${known}.`);
}

const passageIn = ({ hash, name, passages }: DocumentPassages, index: number): Omit<SimilarPassage, 'similarity'> => ({
  hash,
  name,
  passage: index + 1,
  text: shortened(passages[index]!, SHOWN_LENGTH),
});

const rounded = (similarity: number): number => Math.round(similarity * 10_000) / 10_000;
