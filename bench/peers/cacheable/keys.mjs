import { hashSync } from '@cacheable/utils';
import { keysRoom } from '../../kit/keys-room.mjs';

/** What its `wrap` calls. @param {string} _row @param {{ call: string }} params */
export const open = async (_row, params) =>
  keysRoom(params, (args) => hashSync(args), 'DJB2 of JSON.stringify: 32 bits, so two calls may share a key');
