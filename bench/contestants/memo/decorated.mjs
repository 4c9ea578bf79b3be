import { decorate } from '../../kit/decorate.mjs';
import { finderClass, finderRoom } from '../../kit/finder.mjs';

/** The limit: a memo as one writes it, with no bound and no expiry. */
export async function open() {
  const Finder = finderClass();
  decorate(Finder.prototype, 'find', memo);
  const finds = new Finder();
  return finderRoom({ finds, loads: () => finds.loads, hands: 'its own object' });
}

/** @param {object} _prototype @param {string} _name @param {PropertyDescriptor} descriptor */
function memo(_prototype, _name, descriptor) {
  const method = descriptor.value;
  const held = new Map();
  /** @this {unknown} @param {...unknown} args */
  async function find(...args) {
    const key = JSON.stringify(args);
    const found = held.get(key);
    if (found !== undefined) return found;
    const value = await method.apply(this, args);
    held.set(key, value);
    return value;
  }
  return { ...descriptor, value: find };
}
