import { stringify } from 'safe-stable-stringify';
import { keysRoom } from '../../kit/keys-room.mjs';

/** What it calls inside for the key of a call that has one object. @param {string} _row @param {{ call: string }} params */
export const open = async (_row, params) => {
  const keyOf = (/** @type {unknown[]} */ args) => stringify(args);
  return keysRoom(params, keyOf, 'safe-stable-stringify of the arguments: as long as they are');
};
