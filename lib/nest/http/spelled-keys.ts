/** In keys, for each route. */
const LIMIT = 256;
/** In characters. Of longer URLs hardly any is asked for twice, and they would be what fills the memory. */
const LENGTH_LIMIT = 256;

/**
 * Keys of a route as they were spelled last, by URL, of one method, scheme and host: those of nearly all requests. To spell
 * one costs as much as everything else that is done for a hit; and of a string that is found here again the hash is known.
 */
export class SpelledKeys {
  private readonly byUrl = new Map<string, string>();
  private method: unknown;
  private protocol: unknown;
  private host: unknown;

  /** To be asked before `keep`: what is kept then is kept for these. */
  find(method: unknown, protocol: unknown, host: unknown, url: unknown): string | undefined {
    if (method === this.method && protocol === this.protocol && host === this.host) {
      return this.byUrl.get(url as string);
    }
    this.byUrl.clear();
    this.method = method;
    this.protocol = protocol;
    this.host = host;
    return undefined;
  }

  keep(url: unknown, key: string): void {
    if (typeof url !== 'string' || url.length > LENGTH_LIMIT) return;
    if (this.byUrl.size >= LIMIT) this.byUrl.clear();
    this.byUrl.set(url, key);
  }
}
