import { keysRoom } from '../../kit/keys-room.mjs';

/** The limit: no canonical order, no hash, `undefined` and `null` alike. @param {string} _row @param {{ call: string }} params */
export const open = async (_row, params) => keysRoom(params, (args) => JSON.stringify(args));
