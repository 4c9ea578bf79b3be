import { Injectable } from '@nestjs/common';
import { Cached } from 'nestjs-cached';
import { decorate } from '../../kit/decorate.mjs';
import { finderClass, finderRoom } from '../../kit/finder.mjs';
import { openApp } from './open-cache.mjs';

const HANDS = /** @type {const} */ ({ share: 'its own object', freeze: 'a frozen object', clone: 'a copy' });
const KEY = (/** @type {number} */ id, /** @type {{ lang: string }} */ { lang }) => `find:${id}:${lang}`;

/** @param {string} _row @param {{ isolation: 'share' | 'freeze' | 'clone', ownKey?: true }} params */
export async function open(_row, { isolation, ownKey }) {
  const Finder = finderClass();
  Injectable()(Finder);
  decorate(Finder.prototype, 'find', ownKey ? Cached({ key: KEY }) : Cached());
  const { app } = await openApp({ ttl: '1h', memory: { isolation } }, [Finder]);
  const finds = app.get(Finder);
  const note = ownKey ? 'with a key written for this method' : undefined;
  return finderRoom({ finds, loads: () => finds.loads, hands: HANDS[isolation], note, close: () => app.close() });
}
