const WORDS =
  'cache entry value never stale after an invalidation loader process server timeout budget answer reader writer'.split(
    ' ',
  );

/**
 * An object of about so many bytes as JSON, the same for the same key. Its text is of words, so that deflate meets
 * something like a document, neither noise nor one repeated letter.
 * @param {string} key @param {number} bytes
 */
export function valueOf(key, bytes) {
  let seed = [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  // The low bits of such a generator repeat themselves soon.
  const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) >>> 12;
  const parts = [];
  let length = 0;
  while (length < bytes - OVERHEAD) {
    const word = `${WORDS[next() % WORDS.length]}${next() % 10 === 0 ? next() % 1_000 : ''}`;
    parts.push(word);
    length += word.length + 1;
  }
  return { id: key, version: 3, price: 12.5, tags: ['red', 'blue'], text: parts.join(' ') };
}

/** What stands round the text. */
const OVERHEAD = 80;
