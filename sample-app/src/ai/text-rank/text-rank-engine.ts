import { setImmediate as turn } from 'node:timers/promises';
import type { AiAnswer, AiEngine, AiPart, AiTask } from '../ai-engine.js';
import { sampleDocument } from './document-sample.js';
import type { DocumentSample } from './document-sample.js';
import { keyPoints } from './key-points.js';
import { nearestSentence } from './nearest-sentence.js';
import { questions } from './questions.js';
import { sentiment } from './sentiment.js';
import { summary } from './summary.js';
import { termsOf } from './words.js';

/**
 * Answers with the sentences of the text itself, on this machine: no model, no network, the same answer each time. It counts
 * no tokens, as there are none.
 */
export class TextRankEngine implements AiEngine {
  readonly name = 'local extractive (TextRank)';
  readonly provider = 'local';
  readonly model = 'text-rank';
  readonly version = 1;

  async answer(task: AiTask, signal: AbortSignal): Promise<AiAnswer> {
    let text = '';
    for await (const part of this.stream(task, signal)) if (part.type === 'text-delta') text += part.text;
    return { text, finishReason: 'stop' };
  }

  async *stream(task: AiTask, signal: AbortSignal): AsyncGenerator<AiPart> {
    const sample = sampleDocument(
      task.text,
      task.question === undefined ? {} : { about: new Set(termsOf(task.question)) },
    );
    for (const text of piecesOf(task, sample)) {
      // Other requests have their turn between two sentences.
      await turn(undefined, { signal });
      yield { type: 'text-delta', text };
    }
    const note = noteOn(sample, task.operation);
    if (note !== undefined) yield { type: 'text-delta', text: note };
    yield { type: 'finish', finishReason: 'stop' };
  }
}

function piecesOf({ operation, question = '', options: { count } }: AiTask, sample: DocumentSample): Iterable<string> {
  if (sample.sentences.length === 0) return ['There are no words in the text.'];
  switch (operation) {
    case 'summarize':
      return summary(sample, count);
    case 'key_points':
      return keyPoints(sample, count);
    case 'sentiment':
      return sentiment(sample);
    case 'questions':
      return questions(sample, count);
    case 'qa':
      return nearestSentence(sample, question);
  }
}

function noteOn({ sentences, share }: DocumentSample, operation: AiTask['operation']): string | undefined {
  if (share === 1) return undefined;
  const percent = share < 0.01 ? 'less than 1' : `about ${Math.round(share * 100)}`;
  const where = operation === 'qa' ? 'from where it has the words of the question' : 'from all over it';
  return `\n(The text is long: this rests on ${sentences.length} sentences ${where}, ${percent} % of it.)`;
}
