import { keysRoom } from '../../kit/keys-room.mjs';

/** What its decorator writes, which it does not export. @param {string} _row @param {{ call: string }} params */
export const open = async (_row, params) => {
  const keyOf = (/** @type {unknown[]} */ args) => `Finder:find:${JSON.stringify(args)}`;
  return keysRoom(params, keyOf, 'JSON.stringify of the arguments: as long as they are');
};
