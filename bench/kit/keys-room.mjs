import assert from 'node:assert/strict';

const LETTERS = 1_048_576;
const BLOCK = 'what someone wrote, and what is looked up by it. ';
const NON_LATIN = 'то, что кто-то написал, и по чему потом ищут ответ. ';

/** Joined: a text that an application has read is flat, not thousands of parts that V8 has yet to put together. */
const text = (/** @type {string} */ block) =>
  Buffer.from(block.repeat(Math.ceil(LETTERS / Buffer.byteLength(block)))).toString('utf8');

const order = (/** @type {number} */ lines) => ({
  id: 4_711,
  customer: { id: 'c-100', name: 'A name of usual length', email: 'somebody@example.com', vip: false },
  lines: Array.from({ length: lines }, (_, nth) => ({
    article: `article-${nth}`,
    text: 'what is in this line of it',
    count: nth + 1,
    price: 12.5 * nth,
    discounted: nth % 3 === 0,
  })),
});

const record = (/** @type {number} */ nth) => ({ id: nth, name: `record ${nth}`, active: nth % 2 === 0 });

/** What the method was called with, made anew: two that are equal have one key. @type {Record<string, () => unknown[]>} */
const CALLS = {
  small: () => [1, { lang: 'en' }],
  large: () => [order(28)],
  records: () => [Array.from({ length: 26 }, (_, nth) => record(nth))],
  latin: () => [text(BLOCK)],
  nonLatin: () => [text(NON_LATIN)],
};
/** The same with something changed deep inside. @type {Record<string, () => unknown[]>} */
const OTHERS = {
  small: () => [1, { lang: 'de' }],
  large: () => [{ ...order(28), lines: [...order(27).lines, record(1)] }],
  records: () => [Array.from({ length: 26 }, (_, nth) => record(nth === 25 ? 26 : nth))],
  latin: () => [`${text(BLOCK)}.`],
  nonLatin: () => [`${text(NON_LATIN)}.`],
};

/**
 * The keys of one call, made again and again.
 * @param {{ call: string }} params @param {(args: unknown[]) => unknown} keyOf @param {string} [note]
 */
export function keysRoom({ call }, keyOf, note) {
  const args = /** @type {() => unknown[]} */ (CALLS[call])();
  let last;
  return {
    // Nothing is awaited: a key is made at once.
    run: async (/** @type {number} */ count) => {
      for (let nth = 0; nth < count; nth++) last = keyOf(args);
      return last;
    },
    check: async () => {
      const key = keyOf(args);
      assert.equal(typeof key, 'string');
      assert.equal(key, keyOf(/** @type {() => unknown[]} */ (CALLS[call])()), 'Equal arguments, one key.');
      assert.notEqual(key, keyOf(/** @type {() => unknown[]} */ (OTHERS[call])()), 'Other arguments, another key.');
    },
    close: async () => {},
    note,
  };
}
