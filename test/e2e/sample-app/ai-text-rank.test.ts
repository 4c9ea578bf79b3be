import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AI_OPERATIONS } from '../../../sample-app/src/ai/ai-operation.js';
import type { AiOperation } from '../../../sample-app/src/ai/ai-operation.js';
import type { AiTaskOptions } from '../../../sample-app/src/ai/ai-engine.js';
import { MAX_SENTENCES, sampleDocument } from '../../../sample-app/src/ai/text-rank/document-sample.js';
import { sentencesOf } from '../../../sample-app/src/ai/text-rank/sentences.js';
import { blocksOf } from '../../../sample-app/src/ai/text-rank/text-blocks.js';
import { TextRankEngine } from '../../../sample-app/src/ai/text-rank/text-rank-engine.js';
import { WeightedGraph } from '../../../sample-app/src/ai/text-rank/weighted-graph.js';
import { termsOf } from '../../../sample-app/src/ai/text-rank/words.js';
import { sample } from './sample.js';

const engine = new TextRankEngine();
const { signal } = new AbortController();

async function answer(operation: AiOperation, text: string, options: AiTaskOptions = {}, question?: string) {
  return (await engine.answer({ operation, text, options, ...(question ? { question } : {}) }, signal)).text;
}

const rules = async (): Promise<string> => (await sample('harbour-rules.md')).toString();
const logbook = async (): Promise<string> => (await sample('logbook.txt')).toString();

const CHINESE =
  '渡轮公司将于三月进行年度维护。维护期间，第二艘渡轮将继续在同一航线上运行。乘客请提前到达码头。维护由公司的工程师完成。';

describe('sentences', () => {
  it('are whole: neither headings nor rows of tables, and their markup is gone', async () => {
    const sentences = sentencesOf(await rules());
    expect(sentences).toContain('Boarding ends three minutes before departure.');
    expect(sentences).toContain('Write to the lost property desk or call +44 1632 960 418.');
    expect(sentences.filter((sentence) => /[#|*[\]]/u.test(sentence))).toEqual([]);
    expect(sentencesOf('# What has to be known?\n| nobody sails today. |\nThe boats stay in.')).toEqual([
      'The boats stay in.',
    ]);
  });

  it('go on behind a line that the page has broken, an abbreviation and a number', () => {
    const text =
      'The surveyor Dr. Marsh has seen the boat and asked for the\nrecords of the last dockings. He left no remarks on No. 9 and went.\nA new line begins here.';
    expect(sentencesOf(text)).toEqual([
      'The surveyor Dr. Marsh has seen the boat and asked for the records of the last dockings.',
      'He left no remarks on No. 9 and went.',
      'A new line begins here.',
    ]);
  });

  it('are found in scripts without spaces', () => {
    expect(sentencesOf(CHINESE)).toHaveLength(4);
  });
});

describe('terms', () => {
  it('are what a text is about, the plural as the singular', () => {
    expect(termsOf('This always was')).toEqual([]);
    expect(termsOf("The ferries' owners have lost both boats of the harbour")).toEqual([
      'ferry',
      'owner',
      'lost',
      'boat',
      'harbour',
    ]);
  });

  it('are words in any script', () => {
    expect(termsOf('渡轮公司')).toEqual(['渡轮', '公司']);
    expect(termsOf('شركة العبارات')).toHaveLength(2);
  });
});

describe('ranks', () => {
  it('are those of weighted PageRank, by hand', () => {
    const graph = new WeightedGraph(3);
    graph.connect(0, 1, 1);
    graph.connect(1, 2, 1);
    // r1 = 0.15 + 0.85 * 2 * r0 and r0 = 0.15 + 0.85 * r1 / 2.
    const middle = (0.15 + 1.7 * 0.15) / (1 - 0.7225);
    const ranks = graph.rank();
    expect(ranks[1]).toBeCloseTo(middle, 3);
    expect(ranks[0]).toBeCloseTo(0.15 + 0.425 * middle, 3);
    expect(ranks[2]).toBe(ranks[0]);
  });

  it('of vertices that nobody recommends are the least there is', () => {
    expect(new WeightedGraph(2).rank()).toEqual([0.15000000000000002, 0.15000000000000002]);
  });
});

describe('a long document', () => {
  const paragraph = (number: number): string =>
    `Paragraph ${number} begins with a sentence of its own. It goes on with the number ${number} of something. ${'It is long. '.repeat(12)}`;
  const paragraphs = Array.from({ length: 1_000 }, (_, index) => paragraph(index));

  it('is sampled by paragraphs that lie evenly spread, which the answer says', async () => {
    const { sentences, share } = sampleDocument(paragraphs.join('\n\n'));
    expect(sentences.length).toBeLessThanOrEqual(MAX_SENTENCES);
    expect(sentences.length).toBeGreaterThan(MAX_SENTENCES * 0.9);
    const numbers = sentences.flatMap(({ text }) => /^Paragraph (\d+)/u.exec(text)?.[1] ?? []).map(Number);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    const gaps = numbers.slice(1).map((number, index) => number - numbers[index]!);
    expect(Math.max(...gaps)).toBeLessThan(70);
    expect(numbers.at(-1)).toBeGreaterThan(930);
    expect(share).toBeLessThan(0.1);
    expect(await answer('summarize', paragraphs.join('\n\n'))).toMatch(
      /\n\(The text is long: this rests on \d+ sentences from all over it, about \d+ % of it\.\)$/u,
    );
  });

  it('is searched where it has the words of the question', async () => {
    const text = paragraphs
      .with(777, `The sextant lies in the third drawer. ${'It is long. '.repeat(16)}`)
      .join('\n\n');
    expect(await answer('qa', text, {}, 'Where is the sextant?')).toContain('The sextant lies in the third drawer.');
  });

  it('is cut between two characters, not in one', () => {
    const blocks = blocksOf(`a${'🛥'.repeat(5_000)}`);
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.filter((block) => /\p{Surrogate}/u.test(block))).toEqual([]);
  });

  it('without paragraphs, lines or sentences is cut into blocks that lose nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 0, max: 900 }), (unit, times) => {
        const text = unit.repeat(times);
        const blocks = blocksOf(text);
        expect(Math.max(0, ...blocks.map(({ length }) => length))).toBeLessThanOrEqual(2_000);
        expect(blocks.join('').replaceAll(/\s+/gu, '')).toBe(text.replaceAll(/\s+/gu, ''));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the answers about real documents', () => {
  it('summarize: the best sentences in their order, each once', async () => {
    expect(await answer('summarize', await rules(), { count: 2 })).toBe(
      "A dog that is larger than its owner's suitcase needs a ticket. If the flag at the mole is at half height, ask at the ticket office before you queue.",
    );
    const sentence = 'The boat ran on time today. ';
    expect(await answer('summarize', `${sentence.repeat(5)}The weather in the sound was calm.`, { count: 2 })).toBe(
      'The boat ran on time today. The weather in the sound was calm.',
    );
  });

  it('key_points: sentences of different themes, and keywords', async () => {
    const lines = (await answer('key_points', await logbook(), { count: 4 })).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.slice(0, 4).every((line) => /^- .+\.$/u.test(line))).toBe(true);
    expect(lines[4]).toMatch(/^Keywords: .*Skerry Point/u);
  });

  it('sentiment: counts its lexicon, turns round what is negated, and says so', async () => {
    const glad = await answer('sentiment', 'The crew was friendly. The food was excellent and the trip was pleasant.');
    expect(glad).toMatch(/^Sentiment: positive \(score 1\.00 of -1 to 1; 3 positive and 0 negative words in 2 sent/u);
    const negated = await answer('sentiment', 'The crew was not friendly. It never was a pleasant trip.');
    expect(negated).toMatch(/^Sentiment: negative \(score -1\.00/u);
    expect(negated).toMatch(/irony and context are not understood\.$/u);
    expect(await answer('sentiment', CHINESE)).toMatch(/^Sentiment: neutral/u);
  });

  it('questions: what its sentences answer', async () => {
    expect((await answer('questions', await rules(), { count: 3 })).split('\n')).toEqual([
      'What needs a ticket?',
      'What happens if the flag at the mole is at half height?',
      'How long is whatever is found on board kept?',
    ]);
    expect(await answer('questions', 'The boat was launched in March 1998 at Marram.')).toMatch(
      /^When was the boat launched\?/u,
    );
    expect(await answer('questions', 'À')).toBe('There is nothing in the text to ask about.');
    expect(await answer('questions', CHINESE, { count: 1 })).toMatch(/^What does the document say about .+\?$/u);
  });

  it('qa: the sentence nearest to the question, and its neighbours', async () => {
    expect(await answer('qa', await logbook(), {}, 'How many passengers were there on the last crossing?')).toBe(
      'Slow speed in the sound. 1915 Last crossing ended. 318 passengers today, no injuries, nothing broken. 1940 Shore power connected, bilges dry, logbook closed.',
    );
    expect(await answer('qa', await rules(), {}, 'How big may dogs be?')).toMatch(/Dogs are welcome\./u);
    expect(await answer('qa', await rules(), {}, 'Quantum chromodynamics?')).toBe(
      'No sentence of the text shares a word with the question.',
    );
  });
});

it('comes sentence by sentence, ends with its finish, and stops when nobody waits any more', async () => {
  const task = { operation: 'summarize', text: await rules(), options: {} } as const;
  const types: string[] = [];
  for await (const { type } of engine.stream(task, signal)) types.push(type);
  expect(types).toEqual(['text-delta', 'text-delta', 'text-delta', 'finish']);

  const leaving = new AbortController();
  const stream = engine.stream(task, leaving.signal);
  await stream.next();
  leaving.abort(new Error('gone'));
  await expect(stream.next()).rejects.toThrow();
});

it('answers anything, and the same each time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.constantFrom(...AI_OPERATIONS), async (text, operation) => {
      const question = operation === 'qa' ? text : undefined;
      const first = await answer(operation, text, {}, question);
      expect(first.trim()).not.toBe('');
      expect(await answer(operation, text, {}, question)).toBe(first);
    }),
    { numRuns: 150 },
  );
});
