import { cachified } from '@epic-web/cachified';
import { LRUCache } from 'lru-cache';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** It brings no store: with `lru-cache`, as its manual shows. @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** @param {{ max: number }} limits @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create({ max }) {
  /** @type {LRUCache<string, any>} */
  const cache = new LRUCache({ max, ttl: TTL_MS });
  return {
    hands: 'its own object',
    note: 'over lru-cache',
    getOrSet: (key, getFreshValue) => cachified({ key, cache, ttl: TTL_MS, getFreshValue }),
  };
}
