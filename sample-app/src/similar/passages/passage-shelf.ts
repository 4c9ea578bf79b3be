import { Injectable, NotFoundException } from '@nestjs/common';
import { CacheKeyGenerator, CacheManager } from 'nestjs-cached';
import type { ParsedDocument } from '../../documents/document.js';
import { documentTag } from '../../files/source-file.js';
import { groupsOf } from '../../support/groups.js';
import { passagesOf } from './passages.js';

/** What is looked at at the most, for one question. */
export const LIMITS = {
  documents: 200,
  /** Of all documents together. */
  passages: 10_000,
  /** Of a longer document the first ones. */
  passagesOfADocument: 500,
} as const;

/** So many documents are read at the same time. */
const ABREAST = 8;

/** What is looked at of one document. */
export interface DocumentPassages {
  readonly hash: string;
  /** Its title. */
  readonly name: string | null;
  readonly passages: readonly string[];
  /** Whether these are all that it has. */
  readonly complete: boolean;
}

/** Documents that passages are looked for in. */
export interface Library {
  readonly documents: readonly DocumentPassages[];
  /** Whether these are all that were read. */
  readonly complete: boolean;
}

/** With a number that counts how passages are cut, since those of other rules are others. */
export const PASSAGE_KEYS = 'document:passages:1:';
const DOCUMENT_KEYS = CacheKeyGenerator.documentParse('*').slice(0, -1);

/** The passages of the documents that were read before, cut once for as long as the document itself is in the cache. */
@Injectable()
export class PassageShelf {
  constructor(private readonly cache: CacheManager) {}

  /** @throws {NotFoundException} nobody has read the document */
  async of(hash: string): Promise<DocumentPassages> {
    const passages = await this.find(hash);
    if (passages) return passages;
    throw new NotFoundException(`Nothing is known of the file ${hash}. Send it to POST /documents first.`);
  }

  /** `undefined`: nobody has read the document. */
  find(hash: string): Promise<DocumentPassages | undefined> {
    return this.cache.getOrSet<DocumentPassages | undefined>(
      PASSAGE_KEYS + hash,
      async (context) => {
        const parsed = CacheKeyGenerator.documentParse(hash);
        const [document, ttl] = await Promise.all([this.cache.get<ParsedDocument>(parsed), this.cache.getTtl(parsed)]);
        if (document === undefined || ttl === undefined) context.skip();
        else context.setTtl(ttl);
        return document && { hash, name: document.title, ...firstPassages(document.text) };
      },
      { tags: [documentTag(hash)] },
    );
  }

  /** All documents that were read, but for this one, as far as the limits allow. */
  async all(except: string | undefined): Promise<Library> {
    const hashes = await this.#hashes(except);
    const documents: DocumentPassages[] = [];
    let passages = 0;
    for (const group of groupsOf(hashes.slice(0, LIMITS.documents), ABREAST)) {
      for (const document of await Promise.all(group.map((hash) => this.find(hash)))) {
        // Forgotten meanwhile.
        if (!document) continue;
        passages += document.passages.length;
        if (passages > LIMITS.passages) return { documents, complete: false };
        documents.push(document);
      }
    }
    return { documents, complete: hashes.length <= LIMITS.documents };
  }

  /** In the order of the alphabet, so that equals are found in the same order each time; one more than are looked at. */
  async #hashes(except: string | undefined): Promise<string[]> {
    const hashes: string[] = [];
    for await (const key of this.cache.keys(`${DOCUMENT_KEYS}*`)) {
      const hash = key.slice(DOCUMENT_KEYS.length);
      if (hash !== except) hashes.push(hash);
      if (hashes.length > LIMITS.documents) break;
    }
    return hashes.toSorted();
  }
}

function firstPassages(text: string): Pick<DocumentPassages, 'passages' | 'complete'> {
  const passages: string[] = [];
  for (const passage of passagesOf(text)) {
    if (passages.length === LIMITS.passagesOfADocument) return { passages, complete: false };
    passages.push(passage);
  }
  return { passages, complete: true };
}
