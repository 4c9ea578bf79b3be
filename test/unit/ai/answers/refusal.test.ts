import { describe, expect, it } from '@jest/globals';

import type { AnswerFacts } from '../../../../lib/ai/answers/answer-facts.js';
import { type Refusal, refusalOf, type StoreRules } from '../../../../lib/ai/answers/refusal.js';

const facts = (given: Partial<AnswerFacts>): AnswerFacts => ({
  text: 'Hi',
  finish: 'stop',
  hasToolCalls: false,
  refused: false,
  usage: undefined,
  model: undefined,
  ...given,
});
const fail = (): never => {
  throw new Error('no');
};

describe('refusalOf', () => {
  it.each<[Partial<AnswerFacts>, StoreRules, Refusal | undefined]>([
    [{}, {}, undefined],
    [{ finish: undefined, text: undefined }, {}, undefined],
    [{ ended: true }, {}, undefined],
    [{ ended: undefined }, {}, undefined],
    [{ ended: false }, {}, 'cut'],
    [{ finish: 'error', ended: false }, {}, 'error'],
    [{ finish: 'length' }, {}, 'length'],
    [{ finish: 'content-filter' }, {}, 'content-filter'],
    [{ finish: 'content-filter', refused: true }, {}, 'refused'],
    [{ finish: 'other' }, {}, 'other'],
    [{ text: '' }, {}, 'empty'],
    [{ text: ' \n\t ' }, {}, 'empty'],
    [{ finish: 'tool-calls' }, {}, 'tool-calls'],
    [{ hasToolCalls: true }, {}, 'tool-calls'],
    [{ hasToolCalls: true }, { storeToolCalls: false }, 'tool-calls'],
    [{ hasToolCalls: true, text: '' }, { storeToolCalls: true }, undefined],
    [{ finish: 'length', hasToolCalls: true }, { storeToolCalls: true }, 'length'],
    [{ text: '' }, { validate: fail }, 'empty'],
  ])('%j, %j: %s', (given, rules, expected) => {
    expect(refusalOf(facts(given), rules)).toBe(expected);
  });

  it.each<[string, StoreRules['validate'], Refusal | undefined]>([
    ['false', () => false, 'invalid'],
    ['an error', fail, 'invalid'],
    ['a promise, even of true', async () => Promise.resolve(true), 'invalid'],
    ['a promise that fails', async () => Promise.reject(new Error('no')), 'invalid'],
    ['true', () => true, undefined],
    ['nothing', () => undefined, undefined],
    ['a failed parse', { safeParse: () => ({ success: false }) }, 'invalid'],
    ['a parse that throws', { safeParse: fail }, 'invalid'],
    ['a parse', { safeParse: () => ({ success: true }) }, undefined],
  ])('follows a check that gives %s', (_, validate, expected) => {
    expect(refusalOf(facts({}), { validate })).toBe(expected);
  });

  it('gives the answer to the check', () => {
    const validate = (answer: unknown): boolean => (answer as { sum?: number }).sum === 5;
    expect(refusalOf(facts({}), { validate }, { sum: 5 })).toBeUndefined();
    expect(refusalOf(facts({}), { validate }, { sum: 6 })).toBe('invalid');
  });
});
