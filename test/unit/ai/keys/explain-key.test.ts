import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';

import type { AiRequest } from '../../../../lib/ai/ai-request.js';
import { RequestKeys } from '../../../../lib/ai/keys/request-keys.js';

const keys = new RequestKeys();
const digest = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 12);
const described = (text: string): string =>
  `text of ${text.length.toLocaleString('en-US')} characters, sha-256 ${digest(text)}...`;

describe('explainKey', () => {
  it('shows parameters as they are, and texts by length and digest, in order', () => {
    const long = 'x'.repeat(5120);
    const a: AiRequest = {
      operation: 'summarize',
      text: long,
      options: {
        model: { modelId: 'gpt-5', provider: 'azure' },
        temperature: 0,
        messages: [{ role: 'user', content: 'a secret' }],
        tools: {},
        file: new Uint8Array(1234),
      },
    };
    const b: AiRequest = {
      operation: 'answer',
      text: 'short',
      question: 'why?',
      options: {
        model: 'gpt-5',
        topP: 0.5,
        messages: [{ role: 'user', content: long }, 5],
        variables: { salary: 90_000 },
      },
    };
    expect(keys.explainKey(a, keys.prepare(b))).toEqual([
      { path: 'operation', a: 'summarize', b: 'answer' },
      { path: 'text', a: described(long), b: described('short') },
      { path: 'question', a: 'absent', b: described('why?') },
      {
        path: 'options.file',
        a: expect.stringMatching(/^1,234 bytes, sha-256 [0-9a-f]{12}\.\.\.$/),
        b: 'absent',
      },
      { path: 'options.messages[0].content', a: described('a secret'), b: described(long) },
      { path: 'options.messages[1]', a: 'absent', b: expect.stringMatching(/^value of 1 character, sha-256/) },
      { path: 'options.model.provider', a: 'azure', b: 'absent' },
      { path: 'options.temperature', a: '0', b: 'absent' },
      { path: 'options.tools', a: '{}', b: 'absent' },
      { path: 'options.topP', a: 'absent', b: '0.5' },
      { path: 'options.variables.salary', a: 'absent', b: expect.stringMatching(/^value of 5 characters, sha-256/) },
    ]);
  });

  it('has the same order whichever request comes first', () => {
    const a: AiRequest = { operation: 'a', options: { file: 1, size: 2, style: { b: 1 } } };
    const b: AiRequest = { operation: 'a', question: 'why?', options: { model: 'm', size: 3, topP: 1 } };
    const paths = ['question', 'options.file', 'options.model', 'options.size', 'options.style.b', 'options.topP'];
    expect(keys.explainKey(a, b).map(({ path }) => path)).toEqual(paths);
    expect(keys.explainKey(b, a).map(({ path }) => path)).toEqual(paths);
  });

  it('is empty exactly when the keys are the same', () => {
    const request = fc.record(
      {
        operation: fc.constantFrom('a', 'b'),
        text: fc.constantFrom('', 'x', '"', '#'),
        question: fc.constantFrom('', 'x'),
        options: fc.dictionary(fc.constantFrom('a', 'b', '"', 'model'), fc.constantFrom('x', '"', '\ud800'), {
          maxKeys: 2,
        }),
      },
      { requiredKeys: ['operation'] },
    ) as fc.Arbitrary<AiRequest>;
    fc.assert(
      fc.property(request, request, (a, b) => {
        expect(keys.explainKey(a, b).length === 0).toBe(keys.prepare(a).key === keys.prepare(b).key);
      }),
      { numRuns: 1000 },
    );
  });

  it('never shows a prompt, nor does the prepared request when it is printed', () => {
    const prompt = 'the patient is called';
    const values = { a: prompt, b: [prompt], c: new Map([['d', prompt]]) };
    const names = [
      'messages',
      'prompt',
      'system',
      'instructions',
      'input',
      'contents',
      'variables',
      'metadata',
      'tools',
    ];
    for (const name of names) {
      const request = { operation: 'a', options: { [name]: values, headers: { 'x-a': prompt } } };
      expect(JSON.stringify(keys.explainKey(request, { operation: 'b' }))).not.toContain('patient');
      expect(inspect(keys.prepare(request), { depth: 9, showHidden: true })).not.toContain('patient');
    }
    const model = { id: 'm', system: prompt, settings: { a: prompt }, temperature: 0 };
    const differences = keys.explainKey({ operation: 'a', options: { model } }, { operation: 'a' });
    expect(JSON.stringify(differences)).not.toContain('patient');
    expect(differences).toContainEqual({ path: 'options.model.temperature', a: '0', b: 'absent' });
    const asked = { operation: 'a', text: prompt, question: prompt };
    expect(JSON.stringify(keys.explainKey(asked, { operation: 'b' }))).not.toContain('patient');
  });
});
