import { Embeddings, type EmbeddingsInterface } from '@langchain/core/embeddings';
import type { EmbeddingCache } from '../../ai/embeddings/embedding-cache.js';
import type { EmbeddingCallOptions } from '../../ai/embeddings/embedding-cache.options.js';
import { CacheEmbeddingError, CacheUsageError } from '../../support/errors.js';
import { checkedRules, shown } from './checked-rules.js';
import { requireInstalledCore } from './core-version.js';
import { embedderVersion } from './embedder-version.js';

/** How the vectors of one embedder are cached. Beside these, what a call of `EmbeddingCache` takes: `ttl`, `version`, `tags`. */
export interface CachedEmbeddingsOptions extends Omit<EmbeddingCallOptions, 'tenant' | 'purpose'> {
  /** Whose texts they are; a function is asked at each call. Default: that of the cache. */
  readonly tenant?: string | (() => string | undefined);
  /**
   * `apart` (default): the vector of a query is none of a document, since many models make another one of the same text.
   * `alike`: of a model that makes the same of both, such as those of OpenAI, they are shared.
   */
  readonly queries?: 'apart' | 'alike';
}

/**
 * An embedder of LangChain whose vectors are cached: it is asked for those only that nobody has or is asking for. They come in
 * the order of the texts, each text is embedded once, and they have 32 bits a number.
 *
 * The key has the name of the model, its dimensions, and what else the embedder is set to when it is wrapped, its address
 * included. What it keeps in functions, in objects of classes and in private members belongs into `version`.
 * An error of the embedder reaches the callers as it is; what it has brought before is kept.
 */
export class CachedEmbeddings extends Embeddings {
  private readonly tenantOf: () => string | undefined;
  private readonly options: EmbeddingCallOptions;
  private readonly purposes: { readonly document: string; readonly query: string };

  /**
   * @throws CacheUsageError for what is no embedder, for another `@langchain/core` than 1, and for an option that cannot be
   *   meant; CacheKeyError for an embedder with a setting that is circular.
   */
  constructor(
    private readonly embedder: EmbeddingsInterface,
    private readonly cache: EmbeddingCache,
    { tenant, queries = 'apart', ...options }: CachedEmbeddingsOptions = {},
  ) {
    super({});
    requireInstalledCore();
    requireEmbedder(embedder);
    if (queries !== 'apart' && queries !== 'alike') {
      throw new CacheUsageError(`queries must be 'apart' or 'alike'; got ${shown(queries)}.`);
    }
    this.tenantOf = typeof tenant === 'function' ? tenant : () => tenant;
    const names = ['tags', 'model', 'dimensions', 'version'];
    const said = { ...identityOf(embedder), ...checkedRules(options, 'CachedEmbeddings', names) };
    this.options = { ...said, version: embedderVersion(embedder, [said.version, cache.version]) };
    this.purposes = { document: 'document', query: queries === 'alike' ? 'document' : 'query' };
  }

  /** @throws CacheEmbeddingError when the embedder brings what are no vectors of the right kind. */
  override async embedDocuments(texts: string[]): Promise<number[][]> {
    const embed = (missing: string[]): Promise<number[][]> => this.embedder.embedDocuments(missing);
    const vectors = await ownError(this.cache.getOrEmbedMany(texts, embed, this.callOf(this.purposes.document)));
    return vectors.map(numbersOf);
  }

  /** @throws CacheEmbeddingError when the embedder brings what is no vector of the right kind. */
  override async embedQuery(text: string): Promise<number[]> {
    const embed = (missing: string): Promise<number[]> => this.embedder.embedQuery(missing);
    return numbersOf(await this.cache.getOrEmbed(text, embed, this.callOf(this.purposes.query)));
  }

  private callOf(purpose: string): EmbeddingCallOptions {
    const tenant = this.tenantOf();
    return { ...this.options, purpose, ...(tenant !== undefined && { tenant }) };
  }
}

/** As integrations have it. Where one does not tell, the cache knows of which model it is. */
function identityOf(embedder: EmbeddingsInterface): Pick<EmbeddingCallOptions, 'model' | 'dimensions'> {
  const names = ['model', 'modelName', 'modelId'].map((name): unknown => Reflect.get(embedder, name));
  const model = names.find((name): name is string => typeof name === 'string' && name !== '');
  const dimensions: unknown = Reflect.get(embedder, 'dimensions');
  return { ...(model !== undefined && { model }), ...(typeof dimensions === 'number' && { dimensions }) };
}

function numbersOf(vector: Float32Array): number[] {
  return Array.from(vector);
}

/** Who stood at the embedder itself knows its errors, a status say. */
async function ownError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const isOwn = error instanceof CacheEmbeddingError && error.fault === 'failed';
    const own = isOwn ? (error.cause as Error | undefined) : undefined;
    throw own ?? error;
  }
}

function requireEmbedder(embedder: unknown): void {
  const isOne =
    typeof embedder === 'object' &&
    embedder !== null &&
    ['embedDocuments', 'embedQuery'].every((name) => typeof Reflect.get(embedder, name) === 'function');
  if (isOne) return;
  throw new CacheUsageError('CachedEmbeddings needs an embedder of LangChain, with embedDocuments and embedQuery.');
}
