import { getCacheKey } from '@type-cacheable/core';
import { keysRoom } from '../../kit/keys-room.mjs';

/** @param {string} _row @param {{ call: string }} params */
export const open = async (_row, params) => {
  const keyOf = (/** @type {unknown[]} */ args) => getCacheKey('', 'find', args, undefined);
  return keysRoom(params, keyOf, 'MD5 of serialize-javascript');
};
