import { createKeyv } from '@keyv/redis';
import { TTL_MS } from '../../kit/values.mjs';

/** It has one store and no reading through, so that is written by hand. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const keyv = createKeyv(`redis://127.0.0.1:${port}`);
  keyv.on('error', () => {});
  return {
    async find(key) {
      const found = await keyv.get(key);
      if (found !== undefined) return found;
      const value = await load(key);
      await keyv.set(key, value, TTL_MS);
      return value;
    },
    note: 'has no reading through: get, load and set by hand; one tier',
  };
}
