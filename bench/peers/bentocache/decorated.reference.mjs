import { wrappedByHand } from '../../kit/finder.mjs';
import { create } from './memory.reference.mjs';

export const open = async () => wrappedByHand(create({ max: 10_000 }));
