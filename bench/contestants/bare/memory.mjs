import { memoryRoom } from '../../kit/memory-room.mjs';

/** Keys and values that nothing keeps in order: what any cache holds besides itself. @param {string} row @param {object} params */
export const open = (row, params) =>
  memoryRoom(row, params, () => {
    /** @type {string[]} */
    const keys = [];
    /** @type {object[]} */
    const values = [];
    return {
      hands: 'its own object',
      // They are numbered, and nothing may be kept beside them.
      get: (key) => values[Number(key.slice('user:'.length)) - 100_000],
      set: (key, value) => keys.push(key) + values.push(value),
    };
  });
