import { CacheKeyGenerator } from 'nestjs-cached';
import { keysRoom } from '../../kit/keys-room.mjs';

/** @param {string} _row @param {{ call: string }} params */
export async function open(_row, params) {
  const keys = new CacheKeyGenerator();
  const keyOf = (/** @type {unknown[]} */ args) => keys.generate({ className: 'Finder', methodName: 'find', args });
  return keysRoom(params, keyOf, 'class and method stand in it; canonical; at most 200 characters');
}
