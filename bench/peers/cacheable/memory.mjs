import { memoryRoom } from '../../kit/memory-room.mjs';
import { creator } from './create.mjs';

export const create = creator(true);

/** @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);
