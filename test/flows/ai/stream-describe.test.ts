import { expect, it } from '@jest/globals';
import type { AiRequest, StreamAnswerRules } from 'nestjs-cached/ai';
import { aiCache, itemsIn, streamOf } from './ai-cache.js';

const request: AiRequest = { operation: 'chat', text: 'Hello?' };

it.each<[string, StreamAnswerRules['describe'], string | undefined]>([
  ['nothing more', () => ({}), undefined],
  ['a proper end, with its tokens', () => ({ finish: 'stop', usage: { inputTokens: 1, outputTokens: 2 } }), undefined],
  ['a cut', () => ({ ended: false }), 'cut'],
  ['the limit of tokens', () => ({ finish: 'length' }), 'length'],
  [
    'nothing, since it fails',
    () => {
      throw new Error('Bad.');
    },
    'invalid',
  ],
])('a caller may say of a stream of texts: %s', async (_, describe, reason) => {
  const { ai, events } = await aiCache();
  const ask = (): Promise<string[]> =>
    itemsIn(ai.getOrGenerateStream(request, () => streamOf(['a', 'b']), { ...(describe && { describe }) }));
  for (let run = 0; run < 2; run++) expect(await ask()).toEqual(['a', 'b']);
  const refused = events.flatMap(([type, event]) => (type === 'refused' ? [event.reason] : []));
  expect(refused).toEqual(reason === undefined ? [] : [reason, reason]);
});
